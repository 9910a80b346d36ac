import { ignoreElements, type Observable, type OperatorFunction, pipe, tap } from "rxjs";
import { type FlowGate, TOOK } from "../../runtime/flow.js";
import type { Ledger } from "../../runtime/ledger.js";
import { run } from "../../runtime/run.js";
import { tee } from "../../runtime/tee.js";
import { nothingLearned, type StepStats } from "../../schemas/index.js";
import { builtIn } from "../config/registry.js";
import { duringPass, isFinished, isModel, isUpdated, nameOf, type PipelineNode } from "../graph/nodes.js";
import { requireWritable } from "../graph/writableData.js";
import { keepSnapshots } from "./keepSnapshots.js";
import { learn } from "./learn.js";
import type { LiveVocabulary } from "./liveVocabulary.js";
import { accountedIn, consume, countedIn, faultsNamed, keptBy } from "./passOperators.js";
import type { PassPlan } from "./planner.js";
import { addLosses } from "./progress.js";
import type { RunParts } from "./runParts.js";
import { StageAccount } from "./stageAccount.js";
import type { StreamLog } from "./streamLog.js";

// biome-ignore lint/suspicious/noExplicitAny: compile has checked that the types of neighbours fit
type AnyOperator = OperatorFunction<any, any>;

export interface PassOptions {
  /** Where its stages count. */
  readonly ledger: Ledger;
  /** Of a pass over a live source, which is gone on with in its middle: what has passed does not come again. */
  readonly live?: LiveVocabulary;
  /** Awaited between two batches that a stage gives once its input is over. */
  readonly pause?: (gate: FlowGate) => Promise<void>;
}

/** One subscription to a stream, shared by some nodes and all that follows them up to a model or a whole value. */
export class Pass {
  readonly #parts: RunParts;
  readonly #plan: PassPlan;
  readonly #options: PassOptions;
  /** The logs that it writes. */
  readonly #logs: StreamLog[] = [];
  /** What became of what reached each node. */
  readonly accounts = new Map<PipelineNode, StageAccount>();

  constructor(parts: RunParts, plan: PassPlan, options: PassOptions) {
    this.#parts = parts;
    this.#plan = plan;
    this.#options = options;
  }

  async run(stream: Observable<unknown>, nodes: readonly PipelineNode[]): Promise<void> {
    const { pauses, options } = this.#parts;
    const { ledger, pause } = this.#options;
    const { onRejected, onPass } = options;
    const consumers = this.#assembleAll(nodes);
    const observers = {
      signal: pauses.halt,
      ...(onRejected ? { onRejected } : {}),
      ...(onPass ? { onGate: (gate: FlowGate) => onPass({ gate, tokens: () => this.#tokens }) } : {}),
      ...(pause ? { pause } : {}),
    };
    await run(stream.pipe(allOf(consumers)), { ledger, ...observers });
    for (const log of this.#logs) log.finish();
    for (const [node, account] of this.accounts) {
      account.assertBalanced(this.#isRepeat);
      if (isModel(node)) this.#requireLearned(node, account);
    }
  }

  /** The share of what has come in that all models and the stages before them have dealt with: some lay out a text behind its end. */
  get dealtWith(): number {
    const leading = [...this.accounts].filter(([node]) => duringPass(node).some(isUpdated));
    return 1 - Math.max(0, ...leading.map(([, account]) => account.heldShare));
  }

  get #tokens(): ReadonlyMap<string, number> {
    return new Map([...this.accounts].flatMap(([{ id }, { tokens }]) => (tokens === undefined ? [] : [[id, tokens]])));
  }

  /** The stream has passed before: sinks only pass on. */
  get #isRepeat(): boolean {
    return this.#plan.epoch > 0;
  }

  #assembleAll(nodes: readonly PipelineNode[]): AnyOperator[] {
    return nodes.filter((node) => this.#plan.nodes.has(node)).map((node) => this.#assemble(node));
  }

  /** A node and all that follows it in the same pass, as one operator that emits nothing. */
  #assemble(node: PipelineNode): AnyOperator {
    const { checkpointer } = this.#parts.options;
    const { ledger, live } = this.#options;
    const isKept = live && checkpointer && !isModel(node);
    const own = this.#operatorOf(node);
    const operator = builtIn.units.get(node.unit.name) === node.unit ? own : faultsNamed(node.unit.name, own);
    const kept = isKept ? keptBy((stage) => checkpointer.keep(node, stage), operator) : operator;
    const account = new StageAccount(node, ledger);
    this.accounts.set(node, account);
    const counted = pipe(
      tap((value) => account.count("reached", value)),
      accountedIn(account.own, node.id, kept),
      tap((value) => account.count("passedOn", value)),
    );
    const whole = pipe(counted, this.#afterwards(node, account));
    const startsBranch = node.branch !== undefined && node.parent?.branch === undefined;
    return startsBranch ? countedIn(node.branch, whole) : whole;
  }

  #operatorOf(node: PipelineNode): AnyOperator {
    const { create, models, options, pauses } = this.#parts;
    if (!isModel(node))
      return this.#isRepeat && node.unit.kind === "sink" ? pipe() : (create(node, this.#plan.epoch) as AnyOperator);
    const { live } = this.#options;
    return learn(node, models.of(node), {
      checkpointer: options.checkpointer,
      bringsAgain: !live,
      onVocabulary: (goOn) => live?.whenKnown(node, goOn),
      pause: async (epochs) => {
        await keepSnapshots(this.#parts, node, epochs);
        await pauses.betweenEpochs();
      },
    }) as AnyOperator;
  }

  /** What becomes of a node's values: learned from, kept for later, or passed on at once. */
  #afterwards(node: PipelineNode, account: StageAccount): AnyOperator {
    const { state, values } = this.#parts;
    if (isModel(node)) return consume((stats: StepStats) => this.#learned(node, stats));
    const seen = tap((value: unknown) => this.#see(node, value, account));
    if (isFinished(node))
      return pipe(
        seen,
        consume((value) => values.keep(node, value)),
      );
    const next = this.#assembleAll(node.children);
    const log = state.logs.get(node);
    if (log && !this.#isRepeat) next.push(this.#written(log));
    return pipe(seen, allOf(next));
  }

  #written(log: StreamLog): AnyOperator {
    this.#logs.push(log);
    return consume((batch) => log.write(batch as never));
  }

  #see(node: PipelineNode, value: unknown, account: StageAccount): void {
    this.#options.live?.see(node, value);
    if (node.makes.isEmpty?.(value as never))
      throw nothingLearned(node.unit.name, node.parent!.makes, account.tokens ?? 0);
    const terms = node.makes.terms?.(value as never);
    if (terms) requireWritable(node, terms);
    this.#parts.options.onValue?.(node, value);
  }

  #learned(node: PipelineNode, stats: StepStats): void {
    const { state, models, progress, options } = this.#parts;
    const losses = state.losses.get(node) ?? [];
    const { examples, loss } = stats;
    const told = models.of(node).hasLoss === false ? { examples } : { examples, loss };
    losses[stats.epoch] = addLosses(losses[stats.epoch], told);
    state.losses.set(node, losses);
    const notice = models.noticeOf(node);
    if (notice !== undefined) options.onNotice?.(`${nameOf(node)}: ${notice}`);
    progress.learned(nameOf(node), told);
    if (!isUpdated(node)) progress.report({ done: stats.epoch + 1, total: models.of(node).epochs, unit: "epochs" });
  }

  /** A pass in which a model met no example looks like one without a loss, and must not. */
  #requireLearned(node: PipelineNode, { own }: StageAccount): void {
    const { losses, epoch } = this.#parts.state;
    if (!losses.get(node)?.[epoch]?.examples) throw nothingLearned(node.unit.name, node.parent!.makes, own.get(TOOK));
  }
}

const allOf = (consumers: readonly AnyOperator[]): AnyOperator =>
  consumers.length > 0 ? tee(...consumers) : ignoreElements();
