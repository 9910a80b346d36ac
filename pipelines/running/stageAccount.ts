import { ADDED, TOOK } from "../../runtime/flow.js";
import type { Ledger } from "../../runtime/ledger.js";
import type { DataKind } from "../../schemas/index.js";
import { isModel, type PipelineNode } from "../graph/nodes.js";

type Flow = "reached" | "passedOn";

/** `rows` alone would be those of a file that was written. */
const counterOf = (flow: Flow, measure: string): string => `${measure} ${flow}`;

const measuresOf = ({ amounts = {} }: DataKind): string[] => Object.keys(amounts);

const amountIn = ({ amounts }: DataKind, measure: string, value: unknown): number => amounts![measure]!(value as never);

/** How much is in a value, in the measure of its kind; 0 if that has none. */
export function ownAmountIn(kind: DataKind, value: unknown): number {
  const [measure] = measuresOf(kind);
  return measure === undefined ? 0 : amountIn(kind, measure, value);
}

/**
 * What a stage did with what reached it in one pass. The run counts what comes in and goes out; a stage tells what it leaves out, and one
 * that ends a stream tells what it took. State: a part of the pass's ledger, so that the account of a pass that is gone on with goes on.
 */
export class StageAccount {
  readonly #node: PipelineNode;
  readonly #kinds: Readonly<Record<Flow, DataKind>>;
  /** The measure in which it takes what reaches it. */
  readonly #own: string | undefined;
  /** In which what comes in and what goes out are compared; undefined where the stage makes something else of it. */
  readonly #common: string | undefined;
  /** What is counted. */
  readonly #measures: Readonly<Record<Flow, readonly string[]>>;
  readonly #ledger: Ledger;
  /** What the stage tells itself. */
  readonly own: Ledger;

  constructor(node: PipelineNode, pass: Ledger) {
    this.#node = node;
    this.#kinds = { reached: node.parent!.makes, passedOn: node.makes };
    const read = measuresOf(this.#kinds.reached);
    const made = isModel(node) ? [] : measuresOf(this.#kinds.passedOn); // a model passes on how it learns
    this.#own = read[0];
    this.#common = read.find((measure) => made.includes(measure));
    const isWanted = (measure: string) => ["tokens", this.#own, this.#common].includes(measure);
    this.#measures = { reached: read.filter(isWanted), passedOn: made.filter(isWanted) };
    this.#ledger = pass.child(node.id);
    this.own = this.#ledger.child("own");
  }

  /** Counts a value that comes in or goes out. */
  count(flow: Flow, value: unknown): void {
    for (const measure of this.#measures[flow])
      this.#ledger.add(counterOf(flow, measure), amountIn(this.#kinds[flow], measure, value));
  }

  /** The tokens that went on, or that reached a stage which passes none on. Undefined where it reads none. */
  get tokens(): number | undefined {
    const flow = (["passedOn", "reached"] as const).find((each) => this.#measures[each].includes("tokens"));
    return flow && this.#amount(flow, "tokens");
  }

  /** Of what came in or was added, the share that the stage still holds: it has neither gone on, nor been taken or left out. */
  get heldShare(): number {
    const measure = this.#common ?? this.#own;
    if (measure === undefined) return 0;
    const all = this.#amount("reached", measure) + this.own.get(ADDED);
    if (all === 0) return 0;
    const dealtWith =
      this.#common === undefined ? this.own.get(TOOK) : this.#amount("passedOn", measure) + this.#leftOut;
    return (all - dealtWith) / all;
  }

  /** @throws Error if something went missing, which is a fault of the stage and not of the input */
  assertBalanced(isRepeat: boolean): void {
    const isSink = this.#node.unit.kind === "sink";
    if (this.#common !== undefined) this.#assertPassedOn(this.#common);
    const takes = isSink ? !isRepeat : this.#common === undefined; // a sink has its file from the first pass
    if (takes && this.#own !== undefined) this.#assertTaken(this.#own);
  }

  #assertPassedOn(measure: string): void {
    const [reached, passedOn] = [this.#amount("reached", measure), this.#amount("passedOn", measure)];
    const dealtWith = passedOn + this.#leftOut;
    if (dealtWith !== reached + this.own.get(ADDED))
      this.#fail(`the ${reached} ${measure} that came in must be passed on or counted as left out`, dealtWith);
  }

  #assertTaken(measure: string): void {
    const [reached, took] = [this.#amount("reached", measure), this.own.get(TOOK)];
    if (took !== reached) this.#fail(`all ${reached} ${measure} that came in must be taken`, took);
  }

  get #leftOut(): number {
    let left = 0;
    for (const [counter, amount] of this.own.counts) if (counter !== TOOK && counter !== ADDED) left += amount;
    return left;
  }

  #fail(rule: string, found: number): never {
    const { unit, branch } = this.#node;
    throw new Error(`${unit.name}: ${rule}, got ${found}${branch === undefined ? "" : ` in branch ${branch}`}`);
  }

  #amount(flow: Flow, measure: string): number {
    return this.#ledger.get(counterOf(flow, measure));
  }
}
