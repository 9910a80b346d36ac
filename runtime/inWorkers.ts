import { Observable, type OperatorFunction } from "rxjs";
import { Transferred } from "../kernels/numbers/transferred.js";
import { integer } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { requireScope } from "./flow.js";
import { loadWork } from "./inWorkers.module.js";
import { mapAsync } from "./mapAsync.js";
import { ThreadPool } from "./threads.js";

const inWorkersSchema = {
  name: "inWorkers",
  fields: {
    workers: integer({ min: 0, max: 1024, default: 1, description: "How many threads work; 0 works in this one" }),
    highWater: integer({
      min: 1,
      optional: true,
      description: "How many items may be inside before the source waits; two per thread if left out",
    }),
  },
};

export interface InWorkersOptions<In> extends OptionsOf<typeof inWorkersSchema> {
  /** Given to the function as its second argument: copied into each thread, shared where it is a SharedArrayBuffer. */
  readonly workerData?: unknown;
  /** The buffers of an item that move to the thread instead of being copied; nobody else may still need them. */
  readonly transfer?: (value: In) => readonly ArrayBuffer[];
}

export interface ThreadData {
  readonly module: string;
  readonly data: unknown;
}

/** What a thread made of a value. */
export type Answer = { readonly result: unknown } | { readonly error: unknown };

interface Pool {
  work(value: unknown): Promise<unknown>;
  close(): Promise<unknown>;
}

/**
 * An ordered map whose work is done on other threads, by the function that a module exports by default:
 * `(value, workerData) => result`, or a promise of it, or `transferred(result, buffers)` to hand buffers over without copying.
 * As long as that function depends on nothing but its arguments, the results are the same for any number of threads.
 *
 * In: what structured cloning can copy (plain objects, typed arrays). Out: one result each, in order.
 * State: the threads, which end with the stream; the items in flight, at most `highWater`. An exception of the function, a module
 * that cannot be loaded and a thread that ends end the stream with that error.
 * @throws RangeError at the call, if an option is out of range; TypeError on subscription outside `run`
 * @example
 *   lines$.pipe(inWorkers<string[], Uint32Array>(new URL("./countLetters.js", import.meta.url), { workers: 4 }))
 */
export function inWorkers<In, Out>(module: URL, options: InWorkersOptions<In> = {}): OperatorFunction<In, Out> {
  const { workerData, transfer = () => [], ...counts } = options;
  const { workers, highWater = Math.max(1, 2 * workers) } = parseOptions(inWorkersSchema, counts);
  return (source) =>
    new Observable<Out>((subscriber) => {
      const scope = requireScope("inWorkers");
      const fail = (error: unknown) => scope.within(() => subscriber.error(error));
      const pool =
        workers === 0
          ? thisThread(module, workerData)
          : threads(module, workers, workerData, transfer as (value: unknown) => readonly ArrayBuffer[], fail);
      subscriber.add(() => scope.closing(pool.close()));
      const work = (value: In) => pool.work(value) as Promise<Out>;
      subscriber.add(source.pipe(mapAsync(work, { concurrency: highWater, highWater })).subscribe(subscriber));
    });
}

function thisThread(module: URL, data: unknown): Pool {
  const loaded = loadWork(module.href);
  loaded.catch(() => {}); // told by the first item
  return {
    async work(value) {
      const made = await (await loaded)(value, data);
      return made instanceof Transferred ? made.result : made;
    },
    close: async () => {},
  };
}

function threads(
  module: URL,
  count: number,
  data: unknown,
  transfer: (value: unknown) => readonly ArrayBuffer[],
  fail: (error: unknown) => void,
): Pool {
  const pool = new ThreadPool<unknown, Answer>(
    new URL("./inWorkers.thread.js", import.meta.url),
    Array.from({ length: count }, () => ({
      workerData: { module: module.href, data } satisfies ThreadData,
      inheritsFlags: true,
      lost: (found) => new Error(`inWorkers: the thread of ${module.href} must not end, got ${found}`),
      onLost: fail,
    })),
  );
  return {
    async work(value) {
      const answer = await pool.ask(value, transfer(value));
      if ("error" in answer) throw answer.error;
      return answer.result;
    },
    close: () => pool.close(),
  };
}
