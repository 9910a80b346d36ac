import type { Engine } from "./engine.js";
import * as activations from "./reference/activations.js";
import * as attention from "./reference/attention.js";
import * as lstm from "./reference/lstm.js";
import * as matrices from "./reference/matrices.js";
import { ReferenceParameters } from "./reference/parameters.js";
import * as rowOperations from "./reference/rowOperations.js";
import { indices, placed, type ReferenceTensor, tensor } from "./reference/tensors.js";

/**
 * The engine that others are tested against: plain loops in double precision, one function an operation. Tensors are `ReferenceTensor`s and
 * parameters `ReferenceParameters`, whose numbers can be looked at; scopes free nothing, the garbage collector does.
 */
export function referenceEngine(): Engine {
  return {
    name: "reference",
    arithmetic: "float64",
    scope: (work) => work(),
    place: placed,
    placeIndices: (values) => indices(Int32Array.from(values)),
    zeros: (shape) => tensor(shape),
    read: ({ values }: ReferenceTensor) => Float32Array.from(values),
    parameters: (forms) => new ReferenceParameters(forms),
    product: matrices.product,
    add: matrices.add,
    multiply: matrices.multiply,
    scale: matrices.scale,
    addToRows: matrices.addToRows,
    sumOfRows: matrices.sumOfRows,
    reshape: matrices.reshape,
    rows: matrices.rows,
    columns: matrices.columns,
    joinColumns: matrices.joinColumns,
    joinRows: matrices.joinRows,
    gather: matrices.gather,
    scatter: matrices.scatter,
    activate: activations.activate,
    activateBackward: activations.activateBackward,
    layerNorm: rowOperations.layerNorm,
    layerNormBackward: rowOperations.layerNormBackward,
    softmax: rowOperations.softmax,
    crossEntropy: rowOperations.crossEntropy,
    dropout: rowOperations.dropout,
    lstmStep: lstm.lstmStep,
    lstmStepBackward: lstm.lstmStepBackward,
    attention: attention.attention,
    attentionBackward: attention.attentionBackward,
    windows: matrices.windows,
    windowsBackward: matrices.windowsBackward,
    maxOfGroups: matrices.maxOfGroups,
    maxOfGroupsBackward: matrices.maxOfGroupsBackward,
  };
}
