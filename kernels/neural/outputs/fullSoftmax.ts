import { crossEntropy } from "../layers/crossEntropy.js";
import { linear } from "../layers/linear.js";
import type { Flow, Tape } from "../tape.js";
import { type OutputLayer, type OutputSizes, outputForms, outputNames } from "./outputLayer.js";

/** softmax(h U' + b) over all terms. Memory: two numbers for each place and term. */
export function fullSoftmax(sizes: OutputSizes): OutputLayer {
  const { weight, bias } = outputNames(sizes);
  const scores = (tape: Tape, hidden: Flow) => linear(tape, hidden, weight, { bias, rowsAreOutputs: true });
  return {
    forms: outputForms(sizes),
    losses: (tape, hidden, { targets, scale }) =>
      crossEntropy(tape, scores(tape, hidden), tape.engine.placeIndices(targets), scale),
    logits: (tape, hidden) => scores(tape, hidden).tensor,
  };
}
