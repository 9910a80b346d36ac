import type { Engine, ParameterForm, Parameters, Tensor } from "../engine.js";
import { normalValues } from "../initialValues.js";
import { crossEntropy } from "../layers/crossEntropy.js";
import { dropout } from "../layers/dropout.js";
import { groupMeans } from "../layers/groupMeans.js";
import { layerMix, layerMixForms } from "../layers/layerMix.js";
import { linear } from "../layers/linear.js";
import { pairFeatures } from "../layers/pairFeatures.js";
import { denseForms } from "../layers/transformerBlock.js";
import type { Network, NetworkBatch } from "../network.js";
import { sizeOf } from "../shapes.js";
import { type Flow, Tape } from "../tape.js";

export interface HeadOptions {
  readonly classes: number;
  /** What is pooled: the last layer, or the sum of all by learned shares. */
  readonly layers: "last" | "mix";
  /** Texts in a row, each in an equal part of it: one that is told apart, or two that are compared. */
  readonly texts: 1 | 2;
  /** Share of what the output reads that is dropped in learning. */
  readonly dropout: number;
  /** Whether the network below stays as it is; rows then bring what its layers make of them as features. */
  readonly freeze: boolean;
}

/** What a row is read by. */
type ReadBatch = Omit<NetworkBatch, "targets" | "labels" | "labelScale">;

/** Deviation of first weights. */
const INITIAL = 0.02;
const MIX = "head.mix";
const OUTPUT = "head.output";
const LAST = 2;
/** Draws of dropout apart from those of any network below. */
const PURPOSE = 1 << 20;

/** Numbers that the places of a text become: a vector a layer that is pooled. */
export function featureSizes({ layerSizes = [] }: Network, layers: HeadOptions["layers"]): readonly number[] {
  const last = layerSizes.at(-1)!;
  return layers === "last" ? [last] : layerSizes.filter((size) => size === last);
}

/**
 * The pooled layers of each text: the means of the places that the marks say (texts x D each), the last layer, or all of its size.
 */
export function pooledLayers(
  tape: Tape,
  base: Network,
  batch: ReadBatch,
  { layers, texts }: Pick<HeadOptions, "layers" | "texts">,
): Flow[] {
  const { rows, length, ids, marks = new Uint8Array(0), firstRow, step, segments } = batch;
  const count = rows * texts;
  const places = length / texts;
  const lengths = new Uint32Array(count);
  const groups = new Int32Array(marks.length).fill(-1);
  marks.forEach((mark, place) => {
    const text = Math.floor(place / places);
    if (mark > 0) lengths[text]!++;
    if (mark === LAST) groups[place] = text;
  });
  const read = { rows: count, length: places, ids, lengths, firstRow: firstRow * texts, step };
  const all = base.hidden!(tape, { ...read, ...(segments && { segments }) });
  const size = base.layerSizes!.at(-1)!;
  const chosen = layers === "last" ? all.slice(-1) : all.filter((_, layer) => base.layerSizes![layer] === size);
  return chosen.map((layer) => groupMeans(tape, layer, groups, count));
}

/**
 * A linear softmax classifier over pooled layers of a network (Devlin et al. 2019, arXiv:1810.04805, section 4.1; with `freeze` and `mix` as
 * ELMo's, Peters et al. 2018, arXiv:1802.05365, section 3.2). Of rows of two texts it reads u, v, |u - v| and u v. What is minimised is the
 * mean loss of the rows' classes.
 *
 * Parameters: without `freeze` those of the network; `head.mix.weights`, `head.mix.gamma` with `mix`; `head.output.weight` (outputs x inputs),
 * `head.output.bias`. First weights are normal with a deviation of 0.02, shares equal, gamma 1.
 * @param known what parameters begin with, those of the network among them
 */
export function textHead(base: Network, options: HeadOptions, known?: ReadonlyMap<string, Float32Array>): Network {
  const { classes, layers, texts, freeze } = options;
  const sizes = featureSizes(base, layers);
  const [size] = sizes as [number];
  const forms: ParameterForm[] = [
    ...(freeze ? [] : base.forms),
    ...(layers === "mix" ? layerMixForms(MIX, sizes.length) : []),
    ...denseForms(OUTPUT, texts === 2 ? 4 * size : size, classes, { rowsAreOutputs: true }),
  ];

  function featuresOf({ engine }: Tape, { rows, features = new Float32Array(0) }: ReadBatch): Flow[] {
    const all = engine.place(features, [rows * texts, sizes.length * size]);
    return sizes.map((_, layer) => ({ tensor: engine.columns(all, layer * size, (layer + 1) * size) }));
  }

  function logitsOf(tape: Tape, batch: ReadBatch): Flow {
    const pooled = batch.features ? featuresOf(tape, batch) : pooledLayers(tape, base, batch, options);
    const mixed = layers === "mix" ? layerMix(tape, pooled, MIX) : pooled[0]!;
    const read = texts === 2 ? pairFeatures(tape, mixed) : mixed;
    const { step, firstRow } = batch;
    const dropped = dropout(tape, read, options.dropout, { purpose: PURPOSE, step, firstRow });
    return linear(tape, dropped, `${OUTPUT}.weight`, { bias: `${OUTPUT}.bias`, rowsAreOutputs: true });
  }

  return {
    forms,
    stateSize: 0,
    vectors: base.vectors,
    initial(form, seed) {
      const begun = known?.get(form.name);
      if (begun) return begun;
      if (form.name === `${MIX}.gamma`) return Float32Array.of(1);
      return form.name === `${OUTPUT}.weight`
        ? normalValues(form, seed, INITIAL)
        : new Float32Array(sizeOf(form.shape));
    },
    learn(tape, batch) {
      const { engine } = tape;
      const { rows, labels = new Int32Array(rows).fill(-1), labelScale = 0 } = batch;
      const labelLosses = crossEntropy(tape, logitsOf(tape, batch), engine.placeIndices(labels), labelScale);
      return { losses: engine.zeros([rows]), labelLosses };
    },
    /** Logits of each row (rows x classes). */
    predict(engine: Engine, parameters: Parameters, batch): { readonly logits: Tensor } {
      return { logits: logitsOf(Tape.silent(engine, parameters), { ...batch, step: 0 }).tensor };
    },
  };
}
