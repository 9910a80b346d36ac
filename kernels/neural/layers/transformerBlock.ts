import type { Activation, ParameterForm } from "../engine.js";
import type { Flow, Tape } from "../tape.js";
import { activation } from "./activation.js";
import { sum } from "./arithmetic.js";
import { layerNorm } from "./layerNorm.js";
import { linear } from "./linear.js";
import { joinedColumns } from "./shaping.js";

/** Names of a block's layers, each of which has a `.weight` and a `.bias`. */
export interface BlockNames {
  /** What makes queries, keys and values: one layer of all three, or a layer of each, in this order. */
  readonly projections: readonly string[];
  /** Behind attention. */
  readonly attended: string;
  readonly attentionNorm: string;
  /** From D to the inner width, and back. */
  readonly widened: string;
  readonly narrowed: string;
  readonly outputNorm: string;
}

/** How a block is put together. */
export interface BlockKind {
  /**
   * Where layer norm stands. after: x = norm(x + f(x)), as in Vaswani et al. 2017 and BERT; before: x = x + f(norm(x)), as in GPT-2, where
   * the last block has one more norm behind it, which is not part of it.
   */
  readonly norm: "before" | "after";
  readonly activation: Activation;
  /** Of the norms. */
  readonly epsilon: number;
  /** Whether weights are outputs x inputs, as in BERT's checkpoints; inputs x outputs in GPT-2's. */
  readonly rowsAreOutputs: boolean;
}

/** What differs between learning and predicting, and from block to block. */
export interface BlockRun {
  /** What positions take from each other: queries, keys and values beside each other (rows x 3D) to (rows x D). */
  readonly attend: (qkv: Flow) => Flow;
  /** Dropout of what attention (0) or the layers behind it (1) add to what flows past them. */
  readonly dropped: (x: Flow, place: 0 | 1) => Flow;
}

/**
 * A block of a transformer (Vaswani et al. 2017, arXiv:1706.03762; norm before: Radford et al. 2019): attention, and two layers that see each
 * position by itself, each added to what flows past.
 * @param x rows x D
 */
export function transformerBlock(tape: Tape, x: Flow, names: BlockNames, kind: BlockKind, run: BlockRun): Flow {
  const dense = (of: Flow, name: string) =>
    linear(tape, of, `${name}.weight`, { bias: `${name}.bias`, rowsAreOutputs: kind.rowsAreOutputs });
  const normed = (of: Flow, name: string) => layerNorm(tape, of, name, kind.epsilon);

  function attentionOf(of: Flow): Flow {
    const parts = names.projections.map((name) => dense(of, name));
    const qkv = parts.length === 1 ? parts[0]! : joinedColumns(tape, parts);
    return run.dropped(dense(run.attend(qkv), names.attended), 0);
  }

  function innerOf(of: Flow): Flow {
    const inner = activation(tape, kind.activation, dense(of, names.widened));
    return run.dropped(dense(inner, names.narrowed), 1);
  }

  if (kind.norm === "after") {
    const seen = normed(sum(tape, x, attentionOf(x)), names.attentionNorm);
    return normed(sum(tape, seen, innerOf(seen)), names.outputNorm);
  }
  const seen = sum(tape, x, attentionOf(normed(x, names.attentionNorm)));
  return sum(tape, seen, innerOf(normed(seen, names.outputNorm)));
}

/** The parameters of a block. @param inner width between the two layers behind attention, often 4D */
export function transformerBlockForms(
  names: BlockNames,
  kind: Pick<BlockKind, "rowsAreOutputs">,
  { width, inner }: { readonly width: number; readonly inner: number },
): ParameterForm[] {
  const { projections } = names;
  return [
    ...layerNormForms(names.attentionNorm, width),
    ...projections.flatMap((name) => denseForms(name, width, (3 * width) / projections.length, kind)),
    ...denseForms(names.attended, width, width, kind),
    ...layerNormForms(names.outputNorm, width),
    ...denseForms(names.widened, width, inner, kind),
    ...denseForms(names.narrowed, inner, width, kind),
  ];
}

/** The parameters of a layer with biases. */
export function denseForms(
  name: string,
  inputs: number,
  outputs: number,
  { rowsAreOutputs }: Pick<BlockKind, "rowsAreOutputs">,
): ParameterForm[] {
  return [
    { name: `${name}.weight`, shape: rowsAreOutputs ? [outputs, inputs] : [inputs, outputs], decays: true },
    { name: `${name}.bias`, shape: [outputs], decays: false },
  ];
}

export function layerNormForms(name: string, width: number): ParameterForm[] {
  return ["weight", "bias"].map((part) => ({ name: `${name}.${part}`, shape: [width], decays: false }));
}
