import type { Engine, ParameterForm, Parameters, Tensor } from "./engine.js";
import type { KeptRows } from "./layers/keptAttention.js";
import type { Tape } from "./tape.js";

/** Part of a batch, as a network sees it: `rows` sequences of `length` ids, position after position of each row. */
export interface NetworkBatch {
  readonly rows: number;
  readonly length: number;
  /** (rows x length,) */
  readonly ids: Uint32Array;
  /** What is predicted at each place, -1 for nothing (rows x length,). */
  readonly targets: Int32Array;
  /** Of rows that hold two texts: which of them each place belongs to, 0 or 1 (rows x length,). */
  readonly segments?: Uint8Array;
  /** The class of each row, -1 for none (rows,). */
  readonly labels?: Int32Array;
  /** Multiplies the gradient of the sum of the rows' losses; 0 if left out. */
  readonly labelScale?: number;
  /** Tokens of each row; what stands behind them is no text (rows,). */
  readonly lengths: Uint32Array;
  /** The absolute number of the first row in its batch: where parts of a batch draw from. */
  readonly firstRow: number;
  /** Steps taken before: what dropout draws by. */
  readonly step: number;
  /** Recurrent state of each row, (rows x stateSize,); zeros where a row begins anew. Left out by networks without state. */
  readonly state?: Float32Array;
}

export interface NetworkOutcome {
  /** Of each place, in nats; 0 where nothing is predicted (rows x length,). */
  readonly losses: Tensor;
  /** Of the class of each row, in nats; 0 where there is none (rows,). Left out by networks that tell no classes apart. */
  readonly labelLosses?: Tensor;
  /** What the network makes of each class for each row (rows x classes); left out with `labelLosses`. */
  readonly labelScores?: Tensor;
  /** Behind the last token of each row (rows x stateSize); left out by networks without state. */
  readonly state?: Tensor;
}

/** A network over sequences: its parameters, and how a batch flows through it. It holds no numbers itself. */
export interface Network {
  readonly forms: readonly ParameterForm[];
  /** Numbers of recurrent state a row; 0 for none. */
  readonly stateSize: number;
  /** The parameter with a row a term that reads ids: the word vectors. */
  readonly vectors: string;
  /** Places of the longest row that it can read; any number if left out. */
  readonly longest?: number;
  /** It predicts what is hidden in a row, by both sides; if left out, what follows each place. */
  readonly readsBothSides?: true;
  /** False of an encoder without an output for terms: its layers can be read. */
  readonly predictsTerms?: false;
  /** Whether its layers also read the places behind; if left out, a place depends on those before it alone. */
  readonly looksAhead?: boolean;
  /** First values of a parameter: a function of its name, its place and the seed. */
  initial(form: ParameterForm, seed: number): Float32Array;
  /**
   * The forward pass. A tape that records drops and samples, and then runs back to the parameters; a silent one only judges.
   * @param scale multiplies the gradient of the sum of losses
   */
  learn(tape: Tape, batch: NetworkBatch, scale: number): NetworkOutcome;
  /** Logits of every place (rows length x V), and the state behind it: nothing is recorded, nothing dropped. */
  predict(
    engine: Engine,
    parameters: Parameters,
    batch: Omit<NetworkBatch, "targets" | "step">,
  ): { readonly logits: Tensor; readonly state?: Tensor };
  /**
   * The numbers of each place behind each layer (rows length x D): the embeddings, then layer after layer. Nothing is recorded.
   * @param keep is given the state behind the rows, by networks with state
   */
  layers?(
    engine: Engine,
    parameters: Parameters,
    batch: Omit<NetworkBatch, "targets" | "step">,
    keep?: (state: Tensor) => void,
  ): readonly Tensor[];
  /**
   * How much each place looks at each of its row, layer after layer (heads x rows length x length); each place's weights sum to 1. Of networks
   * with attention.
   */
  attentions?(engine: Engine, parameters: Parameters, batch: Omit<NetworkBatch, "targets" | "step">): readonly Tensor[];
  /**
   * Reads places behind others of one row, each of which costs its own computation and not that of those before it; of networks that look back
   * over at most `longest` places.
   * @param before what is kept of the places before, of each layer; empty at the beginning of a row
   * @returns logits behind the last id (1 x V), and what is to be kept of the new places, of each layer (ids x 2D)
   */
  goOn?(
    engine: Engine,
    parameters: Parameters,
    ids: Uint32Array,
    before: readonly KeptRows[],
  ): { readonly logits: Tensor; readonly kept: readonly Tensor[] };
}
