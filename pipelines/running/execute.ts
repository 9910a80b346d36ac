import { ignoreElements, type Observable, type OperatorFunction, of, pipe, tap } from "rxjs";
import { vocabularyOf } from "../../kernels/vocabulary/vocabulary.js";
import { type FlowGate, TOOK } from "../../runtime/flow.js";
import { Ledger } from "../../runtime/ledger.js";
import { run } from "../../runtime/run.js";
import { tee } from "../../runtime/tee.js";
import {
  type Model,
  nothingLearned,
  type Rejection,
  type StepStats,
  type TextBatch,
  type Vocabulary,
} from "../../schemas/index.js";
import type { Checkpointer } from "../checkpoint/checkpointer.js";
import type { SavedState, SourcePlace } from "../checkpoint/savedState.js";
import { makeUnit, requireLearns } from "../config/makeUnit.js";
import { builtIn } from "../config/registry.js";
import {
  branchesEndingIn,
  dependentsOf,
  duringPass,
  goesOnInItsSource,
  isFinished,
  isModel,
  isUpdated,
  learningInSource,
  nameOf,
  nodesOf,
  type PipelineNode,
  pathTo,
  withinPass,
} from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { requireWritable } from "../graph/writableTerms.js";
import { Alarm } from "./alarm.js";
import { accountOf, addAccounts, assertConserved } from "./conservation.js";
import type { RejectedSoFar } from "./deadLetters.js";
import { faultsIn } from "./inputFaults.js";
import { type Learning, learn } from "./learn.js";
import { LivePauses } from "./livePauses.js";
import { accountedIn, afterEach, consume, countedIn, faultsNamed, keptBy } from "./passOperators.js";
import type { Chore, EpochLoss, Execution, LiveProgress, Progress } from "./progress.js";
import { RunState } from "./runState.js";
import { RunStopped } from "./runStopped.js";
import { StageAccount } from "./stageAccount.js";

export interface ExecuteOptions {
  /** The text, from its beginning, or for a live source from a cursor. */
  readonly source: (from?: string) => Observable<TextBatch>;
  /** Size of the whole input in bytes as they are read, if known. */
  readonly sourceBytes: number | undefined;
  /** Where the log of a stream goes; its owner removes it. */
  readonly logPath: (name: string) => string;
  /** Writes down how far the run has come. */
  readonly checkpointer?: Checkpointer | undefined;
  /** Where an earlier run stopped, to go on from. */
  readonly from?: SavedState | undefined;
  /** Ends the run well between two batches of a live source, after a checkpoint. */
  readonly stop?: AbortSignal | undefined;
  /** Done now and then between two batches that models learn from. */
  readonly chores?: readonly Chore[];
  readonly ledger: Ledger;
  /** The options of a node with its files resolved. */
  readonly optionsOf: (node: PipelineNode) => Readonly<Record<string, unknown>>;
  /** What the result of a model is told of its origin. */
  readonly metadata?: (model: PipelineNode) => Promise<ReadonlyMap<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Sees every document that the source rejects. */
  readonly onRejected?: ((rejection: Rejection) => void) | undefined;
  /** The source was read; it will not be read again. */
  readonly onSourceRead?: (() => void) | undefined;
  /** Awaited before each step and each epoch over kept tokens: rejects where the inputs are not as they were. */
  readonly requireInputs?: (() => Promise<void>) | undefined;
  /** Makes sure that the list of rejected documents outlives the process. */
  readonly settleRejected?: (() => RejectedSoFar | undefined) | undefined;
  /** Sees every value that a node makes. */
  readonly onValue?: ((node: PipelineNode, value: unknown) => void) | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: compile has checked that the types of neighbours fit
type AnyOperator = OperatorFunction<any, any>;

/**
 * Runs a compiled pipeline in as few passes as its data allows: one over the source, which feeds everything that needs no finished
 * value and logs the streams that are read again; one per epoch over such a log, which feeds every branch that still learns; and one
 * step for each whole value.
 */
export async function execute(pipeline: Pipeline, options: ExecuteOptions): Promise<Execution> {
  const execution = new PipelineExecution(pipeline, options);
  return execution.run();
}

class PipelineExecution {
  readonly #options: ExecuteOptions;
  readonly #root: PipelineNode;
  readonly #nodes: readonly PipelineNode[];
  /** Values that hold more than memory. */
  readonly #held = new Map<PipelineNode, unknown>();
  readonly #models = new Map<PipelineNode, Model>();
  /** Models that go on in the middle of a live source, and await its vocabulary. */
  readonly #goOn = new Map<PipelineNode, (vocabulary: Vocabulary) => void>();
  readonly #stageLosses = new Map<string, EpochLoss>();
  readonly #stop = new AbortController();
  readonly #chores: readonly { readonly chore: Chore; readonly alarm: Alarm }[];
  #state: RunState;
  #stage = "reading";
  /** Distinct terms in the vocabulary that grows in a pass over a live source. */
  #vocabulary: number | undefined;
  /** A pause will come, at which an interrupted run takes its last checkpoint. */
  #willPause = false;

  constructor(pipeline: Pipeline, options: ExecuteOptions) {
    this.#root = pipeline.root;
    this.#nodes = nodesOf(pipeline.root);
    this.#options = options;
    this.#state = new RunState(options.ledger);
    this.#chores = (options.chores ?? []).map((chore) => ({ chore, alarm: new Alarm(chore.every, () => {}) }));
  }

  async run(): Promise<Execution> {
    const { signal, from, checkpointer } = this.#options;
    const interrupt = () => this.#willPause || this.#stop.abort(signal?.reason);
    signal?.addEventListener("abort", interrupt);
    try {
      // Faults show before anything is read.
      for (const node of this.#nodes) if (isModel(node) && node.needs.size === 0) this.#modelOf(node);
      if (from) this.#state = await checkpointer!.restore(from, this.#root, this.#options.ledger);
      for (const { startsPass, parent } of this.#nodes) if (startsPass) await this.#keepLogOf(parent!);
      if (!from || from.place) await this.#readSource(from?.place);
      this.#options.onSourceRead?.();
      await this.#workOff();
      const { losses, origins, accounts } = this.#state;
      return { losses, origins, conservation: [...accounts.values()] };
    } catch (error) {
      await checkpointer?.takePoint().catch(() => {}); // the error that came first is the one to tell
      throw error;
    } finally {
      signal?.removeEventListener("abort", interrupt);
      for (const { alarm } of this.#chores) alarm.clear();
      for (const model of this.#models.values()) await model.close();
      for (const log of this.#state.logs.values()) log.close();
    }
  }

  /** Every task, with a point between them from which the run can go on. */
  async #workOff(): Promise<void> {
    const { tasks } = this.#state;
    for (let task = tasks[0]; task; task = tasks[0]) {
      await this.#reach();
      await this.#options.requireInputs?.();
      await this.#runTask(task);
      tasks.shift();
      this.#state.epoch = 0;
      this.#endStep(task);
    }
  }

  /** A step is done. */
  async #reach(): Promise<void> {
    const { checkpointer, signal, stop } = this.#options;
    checkpointer?.mark(this.#state, this.#state.epoch === 0);
    if (checkpointer?.isDue) await checkpointer.takePoint();
    if (!this.#willPause) signal?.throwIfAborted();
    if (!this.#willPause && stop?.aborted) throw new RunStopped();
  }

  async #keepLogOf(node: PipelineNode): Promise<void> {
    if (this.#state.logs.has(node)) return;
    const { StreamLog } = await import("./streamLog.js"); // with the library that writes Arrow
    const name = `${node.makes.name}.${node.id.replaceAll("/", ".")}.arrow`;
    this.#state.logs.set(node, new StreamLog(this.#options.logPath(name), node.makes));
  }

  async #readSource(place: SourcePlace | undefined): Promise<void> {
    const { source, ledger } = this.#options;
    const { children } = this.#root;
    const pass: Pass = { takes: all, isRepeat: false, ledger, accounts: new Map() };
    if (goesOnInItsSource(this.#root)) await this.#followSource(place, pass);
    else await this.#pass(source().pipe(this.#watchBytes()), children, pass);
    this.#account(children, pass);
    for (const model of learningInSource(this.#root)) await this.#takeResult(model);
    this.#endStep(this.#root);
  }

  /** The pass over a live source, with pauses between its batches. */
  async #followSource(place: SourcePlace | undefined, pass: Pass): Promise<void> {
    const { source, signal, stop, checkpointer, settleRejected, chores = [] } = this.#options;
    const take = (cursor: string) => checkpointer!.takeInSource(this.#state, { cursor, rejected: settleRejected?.() });
    const models = learningInSource(this.#root);
    const repeated = chores.map((chore) => ({ every: chore.every, run: () => this.#withSnapshots(chore, models) }));
    const checkpoint = checkpointer && { isDue: () => checkpointer.isDue, take };
    const pauses = new LivePauses({ checkpoint, repeated, signal, stop });
    if (checkpointer) checkpointer.onDue = pauses.look;
    checkpointer?.mark(this.#state, false);
    this.#enter("live");
    this.#reportLive();
    this.#willPause = true;
    try {
      const text = source(place?.cursor).pipe(pauses.operator, this.#watchLive());
      await this.#pass(text, this.#root.children, { ...pass, isLive: true });
    } finally {
      pauses.close();
      this.#endPauses();
    }
  }

  /** Lets a chore take what some models have learned so far. */
  async #withSnapshots({ of = all, run }: Chore, models: readonly PipelineNode[]): Promise<void> {
    for (const node of models.filter(of)) {
      const model = this.#modelOf(node);
      await run(node, async () => this.#withOrigin(node, await model.snapshot?.()), this.#options.ledger);
    }
  }

  /** One subscription to a stream, shared by some nodes and all that follows them up to a finished value. */
  async #pass(stream: Observable<unknown>, nodes: readonly PipelineNode[], pass: Pass): Promise<void> {
    const taking = nodes.filter(pass.takes);
    const passed = new Set(taking.flatMap(duringPass));
    const filled = [...this.#state.logs].filter(([node]) => !pass.isRepeat && passed.has(node));
    for (const [, log] of filled) log.open();
    const consumers = taking.map((node) => this.#assemble(node, pass));
    const consumed = consumers.length > 0 ? tee(...consumers) : ignoreElements();
    const { onRejected } = this.#options;
    const observers = { signal: this.#stop.signal, ...(onRejected ? { onRejected } : {}) };
    await run(stream.pipe(consumed), { ledger: pass.ledger, ...observers });
    for (const [, log] of filled) log.finish();
    for (const [node, account] of pass.accounts) {
      account.assertBalanced(pass.isRepeat);
      if (isModel(node)) this.#requireLearned(node, account);
    }
  }

  /** A pass in which a model met no example looks like one without a loss, and must not. */
  #requireLearned(node: PipelineNode, { own }: StageAccount): void {
    const epoch = this.#state.losses.get(node)?.[this.#state.epoch];
    if (!epoch || epoch.examples === 0) throw nothingLearned(node.unit.name, own.get(TOOK));
  }

  /**
   * Takes a checkpoint if it is time. Awaited between two batches that models learn from, or two epochs of a table, with nothing under
   * way once the gate is idle.
   */
  async #pause(gate?: FlowGate, models: readonly PipelineNode[] = []): Promise<void> {
    for (const { chore, alarm } of this.#chores.filter(({ alarm }) => alarm.isDue)) {
      await gate?.idle();
      await this.#withSnapshots(chore, models);
      alarm.set();
    }
    const { checkpointer, signal } = this.#options;
    if (checkpointer?.isDue || signal?.aborted) {
      await gate?.idle();
      if ((await checkpointer?.take(this.#state)) === false) return;
    }
    signal?.throwIfAborted();
  }

  /** Where the tokens went in a pass over them, for each branch that ends in it. */
  #account(nodes: readonly PipelineNode[], { accounts }: Pick<Pass, "accounts">): void {
    const { ledger } = this.#options;
    for (const [branch, end] of branchesEndingIn(nodes)) {
      const path = pathTo(end).filter((node) => accounts.has(node));
      const last = path.at(-1);
      if (!last || !(last === end || isModel(last) || isFinished(last))) continue; // its model needs no more passes
      const stages = path.map((node) => accounts.get(node)!);
      const account = accountOf(branch, ledger, stages);
      assertConserved(account);
      const before = this.#state.accounts.get(branch);
      this.#state.accounts.set(branch, before ? addAccounts(before, account) : account);
    }
  }

  /** A node and all that follows it in the same pass, as one operator that emits nothing. */
  #assemble(node: PipelineNode, pass: Pass): AnyOperator {
    const { checkpointer } = this.#options;
    const isKept = pass.isLive && checkpointer && !isModel(node);
    const own = this.#operatorOf(node, pass);
    const operator = builtIn.units.get(node.unit.name) === node.unit ? own : faultsNamed(node.unit.name, own);
    const kept = isKept ? keptBy((stage) => checkpointer.keep(node, stage), operator) : operator;
    const account = new StageAccount(node, pass.ledger);
    pass.accounts.set(node, account);
    const counted = pipe(
      tap((value) => account.count("reached", value)),
      accountedIn(account.own, kept),
      tap((value) => account.count("passedOn", value)),
    );
    const whole = pipe(counted, this.#afterwards(node, pass));
    const startsBranch = node.branch !== undefined && node.parent?.branch === undefined;
    return startsBranch ? countedIn(node.branch, whole) : whole;
  }

  /** What becomes of a node's values: learned from, kept for later, or passed on at once. */
  #afterwards(node: PipelineNode, pass: Pass): AnyOperator {
    if (isModel(node)) return consume((stats: StepStats) => this.#learned(node, stats));
    const seen = tap((value: unknown) => this.#see(node, value, pass));
    const deferred = consume((value) => this.#keepValue(node, value));
    if (isFinished(node)) return pipe(seen, deferred);
    const following = node.children.filter((child) => !child.startsPass && pass.takes(child));
    const next = following.map((child) => this.#assemble(child, pass));
    const log = this.#state.logs.get(node);
    if (log && !pass.isRepeat) next.push(consume((batch: unknown) => log.write(batch as never)));
    return pipe(seen, next.length > 0 ? tee(...next) : ignoreElements());
  }

  #see(node: PipelineNode, value: unknown, pass: Pass): void {
    const vocabulary = pass.isLive ? vocabularyOf(value) : undefined;
    if (vocabulary) this.#seeVocabulary(node, vocabulary);
    if (node.makes.isEmpty?.(value as never))
      throw nothingLearned(node.unit.name, pass.accounts.get(node)!.tokens ?? 0);
    const terms = node.makes.terms?.(value as never);
    if (terms) requireWritable(node, terms);
    this.#options.onValue?.(node, value);
  }

  #seeVocabulary(node: PipelineNode, vocabulary: Vocabulary): void {
    this.#vocabulary = vocabulary.terms.length;
    if (this.#goOn.size === 0) return;
    for (const behind of duringPass(node)) {
      this.#goOn.get(behind)?.(vocabulary);
      this.#goOn.delete(behind);
    }
  }

  #operatorOf(node: PipelineNode, pass: Pass): AnyOperator {
    const { unit } = node;
    if (isModel(node)) return learn(node, this.#modelOf(node), this.#learningIn(pass, node)) as AnyOperator;
    if (pass.isRepeat && unit.kind === "sink") return pipe();
    return this.#create(node, pass.epoch ?? 0) as AnyOperator;
  }

  #create(node: PipelineNode, epoch: number): unknown {
    const needs = Object.fromEntries([...node.needs].map(([need, maker]) => [need, this.#state.values.get(maker)]));
    return makeUnit(node.unit, needs, this.#options.optionsOf(node), { epoch });
  }

  /** Lets a model go on where an interrupted run left it, and pauses between the epochs of a table. */
  #learningIn(pass: Pass, node: PipelineNode): Learning {
    const pause = async () => {
      this.#willPause = this.#options.checkpointer !== undefined;
      await this.#pause();
    };
    const onVocabulary: Learning["onVocabulary"] = (goOn) => {
      if (pass.isLive) this.#goOn.set(node, goOn);
    };
    return { checkpointer: this.#options.checkpointer, bringsAgain: !pass.isLive, onVocabulary, pause };
  }

  /** @throws TypeError if the model cannot learn from data that arrives as what it reads does */
  #modelOf(node: PipelineNode): Model {
    const existing = this.#models.get(node);
    if (existing) return existing;
    const model = this.#create(node, 0) as Model;
    requireLearns(node.unit, model, node.parent!.makes.arrives);
    this.#models.set(node, model);
    return model;
  }

  #keepValue(node: PipelineNode, value: unknown): void {
    if (dependentsOf(node).length > 0) this.#state.values.set(node, value);
    if (node.makes.release) this.#held.set(node, value);
  }

  /** The step that a node began is over: steps follow that it made ready, and values go that nobody wants any more. */
  #endStep(head: PipelineNode): void {
    const { tasks, values, done } = this.#state;
    for (const node of duringPass(head)) done.add(node);
    tasks.push(...this.#nodes.filter((node) => this.#isReady(node) && !tasks.includes(node)));
    for (const maker of [...values.keys()])
      if (dependentsOf(maker).every((node) => done.has(node))) values.delete(maker);
    if ([...values.keys()].some(({ makes }) => makes.release)) return; // one may be a view of another
    for (const [maker, value] of this.#held) maker.makes.release!(value as never);
    this.#held.clear();
  }

  /** It begins a step, and all that it reads and needs is there. */
  #isReady(node: PipelineNode): boolean {
    const { parent, needs, startsPass } = node;
    const { values, done, logs } = this.#state;
    if (!parent || done.has(node)) return false;
    const hasInput = startsPass ? logs.get(parent)!.isWritten : values.has(parent);
    return hasInput && [...needs.values()].every((maker) => values.has(maker));
  }

  /** One pass per epoch, for as many epochs as the keenest model wants. */
  async #runTask(head: PipelineNode): Promise<void> {
    const models = duringPass(head).filter(isUpdated);
    const epochsOf = (model: PipelineNode) => this.#modelOf(model).epochs;
    const epochs = Math.max(1, ...models.map(epochsOf));
    const first = this.#state.epoch;
    for (let epoch = first; epoch < epochs; epoch++) {
      if (head.startsPass || isModel(head))
        this.#enter(epochs > 1 ? `epoch ${epoch + 1} of ${epochs}` : head.unit.name);
      const stillLearns = (model: PipelineNode) => isUpdated(model) && epochsOf(model) > epoch;
      const canTell = models.filter(stillLearns).every((model) => this.#modelOf(model).save);
      this.#state.epoch = epoch;
      if (epoch > first && canTell) await this.#reach();
      if (epoch > first) await this.#options.requireInputs?.();
      const takes = epoch === 0 ? all : (other: PipelineNode) => withinPass(other).some(stillLearns);
      const pass = { takes, isRepeat: epoch > 0, epoch, accounts: new Map() };
      await (head.startsPass ? this.#readLog(head, pass) : this.#readValue(head, pass));
      for (const model of models) if (epochsOf(model) === epoch + 1) await this.#takeResult(model);
    }
    this.#endPauses();
    if (isModel(head) && !isUpdated(head)) await this.#takeResult(head);
  }

  async #readValue(head: PipelineNode, pass: Omit<Pass, "ledger">): Promise<void> {
    const value = this.#state.values.get(head.parent!);
    await this.#pass(of(value), [head], { ...pass, ledger: this.#options.ledger });
  }

  async #readLog(head: PipelineNode, pass: Omit<Pass, "ledger"> & { readonly epoch: number }): Promise<void> {
    const log = this.#state.logs.get(head.parent!)!;
    const ledger = new Ledger();
    this.#willPause = this.#options.checkpointer !== undefined;
    const learning = duringPass(head).filter((other) => isUpdated(other) && pass.takes(other));
    for (const { alarm } of this.#chores) alarm.setOnce();
    const batches = log.read(pass.epoch, (gate) => this.#pause(gate, learning));
    const watched = batches.pipe(this.#watchTokens(head.parent!, log.size.tokens));
    await this.#pass(watched, [head], { ...pass, ledger });
    this.#options.ledger.absorb(ledger);
    this.#account(head.children.filter(pass.takes), pass);
  }

  /** No pause will come before the step is done. */
  #endPauses(): void {
    this.#willPause = false;
  }

  /** Takes a model's result and closes the model. */
  async #takeResult(node: PipelineNode): Promise<void> {
    const model = this.#modelOf(node);
    const result = await this.#withOrigin(node, await model.result());
    await model.close();
    this.#models.delete(node);
    const origin = node.makes.origin?.of(result as never);
    if (origin) this.#state.origins.set(node, origin);
    this.#options.onValue?.(node, result);
    this.#keepValue(node, result);
  }

  async #withOrigin(node: PipelineNode, result: unknown): Promise<unknown> {
    const { metadata } = this.#options;
    const { origin } = node.makes;
    if (result === undefined || !origin || !metadata) return result;
    return origin.with(result as never, new Map([...origin.of(result as never), ...(await metadata(node))]));
  }

  #learned(node: PipelineNode, { epoch, examples, loss }: StepStats): void {
    const epochs = this.#state.losses.get(node) ?? [];
    epochs[epoch] = addLosses(epochs[epoch], { examples, loss });
    this.#state.losses.set(node, epochs);
    const name = nameOf(node);
    this.#stageLosses.set(name, addLosses(this.#stageLosses.get(name), { examples, loss }));
    if (!isUpdated(node)) this.#report(epoch + 1, this.#modelOf(node).epochs, "epochs");
  }

  #enter(stage: string): void {
    this.#stage = stage;
    this.#stageLosses.clear();
  }

  #report(done: number, total: number | undefined, unit: Progress["unit"], live?: LiveProgress): void {
    const losses = new Map(this.#stageLosses);
    this.#options.onProgress?.({ stage: this.#stage, done, total, unit, losses, ...(live ? { live } : {}) });
  }

  #watchBytes(): OperatorFunction<TextBatch, TextBatch> {
    const { ledger, sourceBytes } = this.#options;
    return afterEach(() => this.#report(ledger.get("inputBytes"), sourceBytes, "bytes"));
  }

  #watchLive(): OperatorFunction<TextBatch, TextBatch> {
    const { ledger, checkpointer } = this.#options;
    let counted = ledger.get("read");
    return afterEach(() => {
      const read = ledger.get("read");
      checkpointer?.count(read - counted);
      counted = read;
      this.#reportLive();
    });
  }

  #reportLive(): void {
    const { ledger } = this.#options;
    const faults = faultsIn(ledger.counts);
    const live = { documents: ledger.get("documents"), vocabulary: this.#vocabulary, faults };
    this.#report(ledger.get("read"), undefined, "tokens", live);
  }

  #watchTokens({ makes }: PipelineNode, total: number): OperatorFunction<unknown, unknown> {
    let done = 0;
    return afterEach((batch) => {
      const tokens = makes.amounts?.tokens?.(batch as never) ?? 0;
      done += tokens;
      this.#options.checkpointer?.count(tokens);
      this.#report(done, total, "tokens");
    });
  }
}

/** One subscription to a stream. */
interface Pass {
  /** Which nodes take part in it. */
  readonly takes: (node: PipelineNode) => boolean;
  /** The stream has passed before: sinks only pass on. */
  readonly isRepeat: boolean;
  /** It is gone on with in its middle: what has passed does not come again. */
  readonly isLive?: boolean;
  /** Where its stages count. */
  readonly ledger: Ledger;
  /** Which pass over the stream it is, 0 if left out. */
  readonly epoch?: number;
  /** What became of what reached each of them. */
  readonly accounts: Map<PipelineNode, StageAccount>;
}

const all = () => true;

function addLosses(before: EpochLoss | undefined, { examples, loss }: EpochLoss): EpochLoss {
  return before ? { examples: before.examples + examples, loss: before.loss + loss } : { examples, loss };
}
