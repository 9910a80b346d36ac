import type { ParameterForm, Tensor } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

export interface OutputBatch {
  /** What is predicted at each place, -1 for nothing. */
  readonly targets: Int32Array;
  /** Multiplies the gradient of the sum of losses. */
  readonly scale: number;
  /** What candidates are drawn by. */
  readonly step: number;
}

/** How the term after a place is predicted from its hidden numbers (places x H). */
export interface OutputLayer {
  readonly forms: readonly ParameterForm[];
  /** -ln p(target) of each place in nats, 0 where nothing is predicted. */
  losses(tape: Tape, hidden: Flow, batch: OutputBatch): Tensor;
  /** Numbers whose softmax is the prediction (places x terms); on a silent tape. */
  logits(tape: Tape, hidden: Flow): Tensor;
}

export interface OutputSizes {
  readonly terms: number;
  /** Hidden numbers. */
  readonly inputs: number;
  /** A table terms x inputs that is the output's, too (Press and Wolf 2017); one of its own if left out. */
  readonly tied?: string;
}

/** Names of the output's table, a row a term, and of its biases, a number a term. */
export function outputNames({ tied }: OutputSizes): { readonly weight: string; readonly bias: string } {
  return { weight: tied ?? "output.weight", bias: "output.bias" };
}

export function outputForms({ terms, inputs, tied }: OutputSizes): ParameterForm[] {
  const own: ParameterForm[] =
    tied === undefined ? [{ name: "output.weight", shape: [terms, inputs], decays: true }] : [];
  return [...own, { name: "output.bias", shape: [terms], decays: false }];
}
