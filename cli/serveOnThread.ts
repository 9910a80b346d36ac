import type { Registry } from "../pipelines/index.js";
import { Thread } from "../runtime/threads.js";
import { withResolvers } from "../runtime/withResolvers.js";
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
  const listening = withResolvers<ListenAddress>();
  let failed = listening.reject;
  const thread = new Thread<ThreadMessage, ThreadReport>(
    new URL("./queryThread.js", import.meta.url),
    { workerData, lost, onLost: (error) => failed(error) },
    (report) => {
      if ("unused" in report) copier.takeBack?.(report.unused as never);
      else listening.resolve(report.address);
    },
  );
  const address = await listening.promise;
  failed = onError;
  return {
    address,
    publish: ({ value, ...stamp }) => thread.send({ snapshot: { ...stamp, copy: copier.copy(value as never) } }),
    setStatus: (status) => thread.send({ status }),
    async close() {
      thread.letEnd();
      thread.send({ close: true });
      await thread.ended;
    },
  };
}

const lost = (found: string): Error =>
  new Error(`serve: the thread that answers must live as long as the server, got ${found}`);
