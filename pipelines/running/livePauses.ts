import type { SourcePosition } from "../../schemas/index.js";
import { Alarm } from "./alarm.js";
import { PausePoint } from "./pausePoint.js";
import { RunStopped } from "./runStopped.js";

/** What is done again and again between two batches of a live source, and when the run is stopped. */
export interface Repeated {
  /** Milliseconds until it is done again, asked for each time. */
  readonly every: () => number;
  readonly run: () => Promise<void>;
}

export interface LivePausesOptions {
  readonly checkpoint:
    | {
        readonly isDue: () => boolean;
        /** False if it is worth waiting for a better moment. */
        readonly take: (cursor: string) => Promise<boolean>;
      }
    | undefined;
  readonly repeated: readonly Repeated[];
  /** Ends the run after a checkpoint, with the signal's reason. */
  readonly signal: AbortSignal | undefined;
  /** Ends it after all that is done when a run is stopped. */
  readonly stop: AbortSignal | undefined;
}

/** How long a run that is to end waits for a batch behind which it can be gone on with; it ends with its last checkpoint then. */
const PATIENCE_MS = 2000;

/** One of the repeated things, which is not done again before another batch has come. */
class RepeatedTask {
  readonly alarm: Alarm;
  readonly #run: () => Promise<void>;
  #doneBehind: SourcePosition | undefined | "nothing yet" = "nothing yet";

  constructor(alarm: Alarm, run: () => Promise<void>) {
    this.alarm = alarm;
    this.#run = run;
  }

  isDue(last: SourcePosition | undefined): boolean {
    return this.alarm.isDue && last !== this.#doneBehind;
  }

  async do(last: SourcePosition | undefined): Promise<void> {
    await this.#run();
    this.#doneBehind = last;
    this.alarm.set();
  }
}

/** The pauses of a pass over a live source: checkpoints, whatever else is done now and then, and the end that a signal asks for. */
export class LivePauses {
  readonly #options: LivePausesOptions;
  readonly #point: PausePoint;
  readonly #tasks: readonly RepeatedTask[];
  readonly #patience: Alarm;
  /** The last batch behind which a checkpoint was tried, which is done once, and whether that failed. */
  #tried: SourcePosition | undefined;
  #isMissed = false;
  readonly look = () => this.#point.look();

  constructor(options: LivePausesOptions) {
    this.#options = options;
    this.#point = new PausePoint({ isDue: (last) => this.#isDue(last), act: (last) => this.#act(last) });
    this.#tasks = options.repeated.map(({ every, run }) => new RepeatedTask(new Alarm(every, this.look), run));
    this.#patience = new Alarm(() => PATIENCE_MS, this.look);
    for (const { alarm } of this.#tasks) alarm.set();
    for (const signal of this.#signals) signal.addEventListener("abort", this.look);
  }

  get operator() {
    return this.#point.operator;
  }

  close(): void {
    for (const { alarm } of this.#tasks) alarm.clear();
    this.#patience.clear();
    for (const signal of this.#signals) signal.removeEventListener("abort", this.look);
  }

  get #signals(): AbortSignal[] {
    return [this.#options.signal, this.#options.stop].filter((signal) => signal !== undefined);
  }

  get #isEnding(): boolean {
    return this.#signals.some(({ aborted }) => aborted);
  }

  #isDue(last: SourcePosition | undefined): boolean {
    const isNew = last !== this.#tried;
    if (this.#isEnding) return isNew || !this.#isMissed || this.#patience.isDue;
    return (isNew && this.#options.checkpoint?.isDue()) || this.#tasks.some((task) => task.isDue(last));
  }

  async #act(last: SourcePosition | undefined): Promise<void> {
    const { signal, stop } = this.#options;
    const [isInterrupted, isStopped] = [signal?.aborted, stop?.aborted]; // a signal that comes from now on is for the next time
    const isEnding = isInterrupted || isStopped;
    const isTaken = await this.#checkpoint(last, isEnding);
    if (isEnding && !isTaken && !this.#patience.isDue) return this.#patience.setOnce();
    for (const task of this.#tasks) if (isStopped || task.isDue(last)) await task.do(last);
    if (isInterrupted) signal!.throwIfAborted();
    if (isStopped) throw new RunStopped();
  }

  /** False if one is due and could not be taken behind that batch. */
  async #checkpoint(last: SourcePosition | undefined, isEnding = false): Promise<boolean> {
    const { checkpoint } = this.#options;
    if (!checkpoint || !last || !(isEnding || checkpoint.isDue())) return true;
    const { cursor } = last;
    this.#tried = last;
    this.#isMissed = cursor === undefined || !(await checkpoint.take(cursor));
    return !this.#isMissed;
  }
}
