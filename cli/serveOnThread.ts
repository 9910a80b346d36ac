import { Worker } from "node:worker_threads";
import type { Registry } from "../pipelines/index.js";
import type { Answers, DataKind } from "../schemas/index.js";
import {
  type CopiedSnapshot,
  copierOf,
  type Limits,
  type ListenAddress,
  type SnapshotStamp,
  type StatusCounters,
} from "../serve/index.js";

export interface ThreadOptions extends ListenAddress {
  readonly token?: string | undefined;
  readonly limits?: Limits;
}

/** Whose values are asked: a kind of data that says what can be asked, by name, and the modules that it may come from. */
export interface Asked {
  readonly kind: string;
  readonly plugins: readonly string[];
}

export type ThreadData = ThreadOptions & Asked;

export type ThreadMessage =
  | { readonly snapshot: CopiedSnapshot }
  | { readonly status: StatusCounters }
  | { readonly close: true };
export type ThreadReport = { readonly address: ListenAddress } | { readonly unused: unknown };

/** A value as it is between two updates. */
export interface ValueSnapshot extends SnapshotStamp {
  readonly value: unknown;
}

export interface QueryThread {
  /** With the port that was chosen, if 0 was asked for. */
  readonly address: ListenAddress;
  /** Takes a copy of the value; to be called between two updates. */
  publish(snapshot: ValueSnapshot): void;
  setStatus(counters: StatusCounters): void;
  /** Takes no more requests, and answers those under way. */
  close(): Promise<void>;
}

/** What can be asked of the values of a kind; undefined if that is nothing. */
export const answersOf = (kind: DataKind | undefined): Answers<never> | undefined =>
  kind?.answers as Answers<never> | undefined;

/**
 * Answers questions on a thread of its own, so that no client waits for training, and training for no client.
 *
 * State: what the kind's copier keeps, for vectors the memory of two snapshots. A failure of the thread after its start goes to `onError`.
 */
export async function serveOnThread(
  kind: string,
  { kinds, plugins }: Registry,
  options: ThreadOptions,
  onError: (error: Error) => void = () => {},
): Promise<QueryThread> {
  const workerData: ThreadData = { ...options, kind, plugins };
  const copier = copierOf(answersOf(kinds.get(kind))!);
  const worker = new Worker(new URL("./queryThread.js", import.meta.url), { workerData, execArgv: [] });
  const address = await new Promise<ListenAddress>((resolve, reject) => {
    worker.once("error", reject);
    worker.on("message", (report: ThreadReport) => {
      if ("unused" in report) copier.takeBack?.(report.unused as never);
      else resolve(report.address);
    });
  });
  worker.on("error", onError);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  const send = (message: ThreadMessage) => worker.postMessage(message);
  return {
    address,
    publish: ({ value, ...stamp }) => send({ snapshot: { ...stamp, copy: copier.copy(value as never) } }),
    setStatus: (status) => send({ status }),
    async close() {
      send({ close: true });
      await ended;
    },
  };
}
