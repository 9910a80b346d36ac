import { basename } from "node:path";
import { Ledger } from "../../runtime/ledger.js";
import {
  intervalOf,
  type KindValue,
  kindOfShared,
  type MaybePromise,
  type StageState,
  type StateKeeper,
} from "../../schemas/index.js";
import { readArray } from "../../storage/tables/arrayFile.js";
import type { Registry } from "../config/registry.js";
import { nodesOf, type PipelineNode } from "../graph/nodes.js";
import { type FileRecord, faultOf, recordWritten } from "../record/fileRecord.js";
import type { RunIdentity } from "../record/runIdentity.js";
import { lossesOf, type RunRecord, type RunState, recordOf, restoreInto, snapshotsOf } from "../running/runState.js";
import { StreamLog } from "../running/streamLog.js";
import { writtenFiles } from "../running/writtenFiles.js";
import type { CheckpointFolder } from "./checkpointFolder.js";
import type { SavedStage, SavedState, SourcePlace } from "./savedState.js";
import { SavedValues } from "./savedValues.js";

/** A stage that takes part in the step under way and can be gone on with in the middle of it. */
export interface Stage {
  /** Inputs that it has taken in since the step began. */
  readonly consumed: number;
  /** Its state can be told, though not at any time. */
  readonly isTold: boolean;
  /** Called while nothing is under way. Undefined where the state cannot be told just now. */
  readonly save: () => MaybePromise<StageState | undefined>;
}

/** The state of a stage to go on with. */
export interface StageStart {
  readonly consumed: number;
  readonly state: StageState;
}

/** Where the run can go on from, as data, and what in memory belongs to it. */
interface Point {
  readonly run: RunRecord;
  /** What a model learns by its epochs comes to them. */
  readonly values: Map<string, KindValue>;
  readonly logs: SavedState["logs"];
  readonly streams: readonly StreamLog[];
  /** Going on from here takes no stage's state: no model has learned in an earlier epoch of the task. */
  readonly isWhole: boolean;
}

/**
 * Takes a run's checkpoints, now and then. A checkpoint is the state at the beginning of the step under way (an epoch, or a task) and,
 * of those stages that can tell it, the state since. A run that goes on repeats the step; these stages pass over what they know.
 */
export class Checkpointer {
  readonly #folder: CheckpointFolder;
  readonly #every: { readonly milliseconds?: number; readonly tokens?: number };
  readonly #values: SavedValues;
  readonly #outputs = new Map<string, FileRecord>();
  readonly #stages = new Map<string, Stage>();
  readonly #kept = new Map<string, StateKeeper>();
  #starts = new Map<string, StageStart>();
  #point: Point | undefined;
  /** The point is in the checkpoint on the disk. */
  #isPointTaken = false;
  #serial = 0;
  #isDue = false;
  #tokens = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** Called when the next checkpoint comes due with time. */
  onDue = () => {};

  constructor(
    folder: CheckpointFolder,
    /** What the run was begun with; hashes of inputs may be added once they are known. */
    public identity: RunIdentity,
    every: string,
    kinds: Registry["kinds"],
  ) {
    this.#folder = folder;
    this.#every = intervalOf(every)!;
    this.#values = new SavedValues((name) => folder.file(name), kinds);
    this.#startWaiting();
  }

  /**
   * Takes the state that an earlier run had saved into one that is still empty.
   * @throws Error if one of its outputs is not as it left it
   */
  async restore(saved: SavedState, root: PipelineNode, state: RunState): Promise<void> {
    for (const record of saved.outputs) {
      const fault = await faultOf(record.path, record);
      if (fault) throw new Error(`${record.path}: ${fault}; --force starts anew`);
      this.#outputs.set(record.path, record);
    }
    const nodes = new Map(nodesOf(root).map((node) => [node.id, node]));
    const values = await this.#values.load(new Map(saved.values));
    this.#folder.hold(saved.values.map(([, { file }]) => file));
    restoreInto(state, saved.run, nodes, values);
    for (const [id, { file, size, shared }] of saved.logs) {
      const node = nodes.get(id)!;
      const value = shared === undefined ? undefined : values.get(shared);
      state.logs.set(node, StreamLog.written(this.#folder.file(file), node.makes, size, value));
    }
    for (const [id, stage] of saved.stages) this.#starts.set(id, await this.#loadStage(stage));
    this.#serial = saved.serial;
  }

  /** The run could go on from here: the step to come begins. */
  mark(state: RunState, isWhole: boolean): void {
    const values = new Map<string, KindValue>();
    const run = recordOf(state, this.#notingIn(values));
    const written = [...state.logs].filter(([, log]) => log.isWritten);
    const logs = written.map(([{ id, makes }, { path, size, shared }]) => {
      const form = makes.log?.shared;
      if (!form || shared === undefined) return [id, { file: basename(path), size, shared: undefined }] as const;
      const kind = kindOfShared(form, shared);
      const sharedId = this.#values.note(values, `${fileNameOf(id)}.${kind}`, { kind, value: shared });
      return [id, { file: basename(path), size, shared: sharedId }] as const;
    });
    if (this.#point) this.#starts.clear(); // they belong to the first step
    this.#isPointTaken = !this.#point && this.#serial > 0;
    this.#point = { run, values, logs, streams: written.map(([, log]) => log), isWhole };
    this.#stages.clear();
    this.#kept.clear();
  }

  /** Announces a stage of the step under way; returns its state to go on with, if the step is one that was interrupted. */
  begin(node: PipelineNode, stage: Stage): StageStart | undefined {
    this.#stages.set(node.id, stage);
    return this.#starts.get(node.id);
  }

  /** Takes in a stage of a pass over a live source, and gives it its state to go on with. */
  keep({ id }: PipelineNode, stage: StateKeeper): void {
    this.#kept.set(id, stage);
    const start = this.#starts.get(id);
    if (start) stage.restore(start.state);
  }

  /** Counts tokens towards the next checkpoint. */
  count(tokens: number): void {
    this.#tokens += tokens;
    if (this.#every.tokens !== undefined && this.#tokens >= this.#every.tokens) this.#isDue = true;
  }

  get isDue(): boolean {
    return this.#isDue;
  }

  /**
   * Takes a checkpoint in the middle of a step, while nothing is under way in its stages. False if it is worth waiting for a
   * better moment.
   */
  async take(state: RunState): Promise<boolean> {
    const isSameEpoch = state.epoch === this.#point!.run.epoch; // else a model that tells no state has kept the point where it was
    const states = isSameEpoch ? await this.#statesOfStages() : undefined;
    if (states) await this.#write(states, this.#recordNow(state));
    else await this.takePoint();
    return states !== undefined || !isSameEpoch || [...this.#stages.values()].some(({ isTold }) => !isTold);
  }

  /** Takes a checkpoint of the beginning of the step, if that is new and enough to go on. */
  async takePoint(): Promise<void> {
    await this.#writing; // one that was under way when the run was interrupted may hold more
    if (this.#point?.isWhole && !this.#isPointTaken) await this.#write(new Map());
  }

  /**
   * Takes a checkpoint between two batches of a live source, while nothing is under way. False if a model cannot tell its state just
   * now. What others count and reject meanwhile belongs to the next one.
   */
  async takeInSource(state: RunState, place: SourcePlace): Promise<boolean> {
    const states = await this.#statesOfSource();
    if (!states) return false;
    const counted = { ...this.#point!.run, losses: lossesOf(state), ledger: state.ledger.toJSON() };
    await this.#write(states, counted, place);
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** The losses and snapshots are those of now, and not of the beginning of the step. */
  #recordNow(state: RunState): RunRecord {
    const { run, values } = this.#point!;
    return { ...run, losses: lossesOf(state), snapshots: snapshotsOf(state, this.#notingIn(values)) };
  }

  #notingIn(values: Map<string, KindValue>) {
    return ({ makes }: PipelineNode, value: unknown, proposal: string) =>
      this.#values.note(values, fileNameOf(proposal), { kind: makes.name, value });
  }

  /** Writes one after the other: files that belong to a checkpoint under way are named by none. */
  #write(states: ReadonlyMap<string, StageStart>, run = this.#point!.run, place?: SourcePlace): Promise<void> {
    const point = this.#point!;
    const written = this.#writing.then(() => this.#writeNow(point, states, run, place));
    this.#writing = written.catch(() => {}); // whoever asked for it is told
    return written;
  }

  async #writeNow(
    { values, logs, streams }: Point,
    states: ReadonlyMap<string, StageStart>,
    run: RunRecord,
    place?: SourcePlace,
  ): Promise<void> {
    const serial = ++this.#serial;
    for (const stream of streams) stream.persist();
    const saved = await this.#values.save(values);
    const stages: [string, SavedStage][] = [];
    for (const [id, start] of states) stages.push([id, this.#saveStage(`${fileNameOf(id)}.${serial}`, start)]);
    const content: SavedState = {
      outputs: await this.#outputsOf(run),
      serial,
      run,
      values: [...saved],
      logs,
      stages,
      place,
    };
    const files = [
      ...[...saved.values()].map(({ file }) => file),
      ...logs.map(([, { file }]) => file),
      ...stages.flatMap(([, { arrays }]) => arrays.map(([, file]) => file)),
    ];
    await this.#folder.write({ identity: this.identity, state: content }, files);
    this.#isPointTaken = true;
    this.#startWaiting();
  }

  /** Undefined if one of them cannot tell its state. */
  async #statesOfStages(): Promise<Map<string, StageStart> | undefined> {
    const states = new Map<string, StageStart>();
    for (const [id, { consumed, save }] of this.#stages) {
      if (consumed === 0 && this.#point!.isWhole) continue;
      const state = await save();
      if (!state) return undefined;
      states.set(id, { consumed, state });
    }
    return states;
  }

  /** Of a pass over a live source, whose batches do not come again. */
  async #statesOfSource(): Promise<Map<string, StageStart> | undefined> {
    const states = new Map<string, StageStart>();
    for (const [id, stage] of this.#kept) states.set(id, { consumed: 0, state: stage.save() });
    for (const [id, { consumed, save }] of this.#stages) {
      const state = consumed === 0 ? undefined : await save();
      if (consumed > 0 && !state) return undefined;
      if (state) states.set(id, { consumed, state });
    }
    return states;
  }

  /** Each output is hashed once: it does not change any more. */
  async #outputsOf({ ledger }: RunRecord): Promise<FileRecord[]> {
    const counted = new Ledger();
    counted.restore(ledger);
    for (const [path] of writtenFiles(counted))
      if (!this.#outputs.has(path)) this.#outputs.set(path, await recordWritten(path, path));
    return [...this.#outputs.values()];
  }

  #saveStage(name: string, { consumed, state }: StageStart): SavedStage {
    const arrays: [string, string][] = [];
    for (const [key, values] of Object.entries(state.arrays)) {
      const file = `${name}.${key}.npy`;
      this.#folder.writeArray(file, values);
      arrays.push([key, file]);
    }
    return { consumed, facts: state.facts, arrays };
  }

  async #loadStage({ consumed, facts, arrays }: SavedStage): Promise<StageStart> {
    const loaded: [string, StageState["arrays"][string]][] = [];
    for (const [key, file] of arrays) loaded.push([key, await readArray(this.#folder.file(file))]);
    return { consumed, state: { facts, arrays: Object.fromEntries(loaded) } };
  }

  #startWaiting(): void {
    const { milliseconds } = this.#every;
    clearTimeout(this.#timer);
    this.#tokens = 0;
    this.#isDue = milliseconds === 0;
    if (milliseconds === undefined || milliseconds === 0) return;
    this.#timer = setTimeout(() => {
      this.#isDue = true;
      this.onDue();
    }, milliseconds).unref();
  }
}

const fileNameOf = (id: string): string => id.replaceAll("/", ".");
