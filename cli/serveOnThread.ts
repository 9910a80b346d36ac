import type { PluginOptions } from "../pipelines/config/loadPipeline.js";
import type { Registry } from "../pipelines/config/registry.js";
import { Thread } from "../runtime/threads.js";
import { withResolvers } from "../runtime/withResolvers.js";
import type { Answers, Copier, DataKind } from "../schemas/index.js";
import { copierOf, type ListenAddress } from "../serve/queryServer.js";
import type { Limits } from "../serve/respond.js";
import type { RunToShow } from "../serve/runEndpoints.js";
import type { CopiedSnapshot, ModelToServe } from "../serve/servedModel.js";
import type { SnapshotStamp, StatusCounters } from "../serve/snapshot.js";

export interface ThreadOptions extends ListenAddress {
  readonly token?: string | undefined;
  readonly limits?: Limits;
}

/** What is asked, by the name of its kind of data, which says what can be asked. */
export type ModelOfKind = Omit<ModelToServe, "answers">;

/** What the page shows besides models. */
export interface Shown {
  readonly runs: readonly RunToShow[];
  /** How the configs of the runs may be read. */
  readonly reading: PluginOptions;
}

export interface ThreadData extends ThreadOptions {
  readonly models: readonly ModelOfKind[];
  /** The modules that kinds may come from. */
  readonly plugins: readonly string[];
  /** Left out where only questions are answered, without a page. */
  readonly shown?: Shown | undefined;
}

export type ThreadMessage =
  | { readonly model: string; readonly snapshot: CopiedSnapshot }
  | { readonly model: string; readonly status: StatusCounters }
  | { readonly event: string; readonly data: unknown }
  | { readonly close: true };
export type ThreadReport = { readonly address: ListenAddress } | { readonly model: string; readonly unused: unknown };

/** A value as it is between two updates. */
export interface ValueSnapshot extends SnapshotStamp {
  readonly value: unknown;
}

export interface QueryThread {
  /** With the port that was chosen, if 0 was asked for. */
  readonly address: ListenAddress;
  /** Takes a copy of the value; to be called between two updates. */
  publish(model: string, snapshot: ValueSnapshot): Promise<void>;
  setStatus(model: string, counters: StatusCounters): void;
  /** Tells the page what is known now under a name. */
  tell(event: string, data: unknown): void;
  /** Takes no more requests, and answers those under way. */
  close(): Promise<void>;
}

/** What can be asked of the values of a kind; undefined if that is nothing. */
export const answersOf = (kind: DataKind | undefined): Answers<never> | undefined =>
  kind?.answers as Answers<never> | undefined;

/**
 * Answers questions on a thread of its own, so that no client waits for training, and training for no client.
 *
 * State: what the copiers of the kinds keep, for vectors the memory of two snapshots. A failure of the thread after its start goes to `onError`.
 */
export async function serveOnThread(
  models: readonly ModelOfKind[],
  { kinds, plugins }: Registry,
  { shown, ...options }: ThreadOptions & Pick<ThreadData, "shown">,
  onError: (error: Error) => void = () => {},
): Promise<QueryThread> {
  const workerData: ThreadData = { ...options, models, plugins, shown };
  const copiers = new Map<string, Copier<never>>(
    models.map(({ name, kind }) => [name, copierOf(answersOf(kinds.get(kind))!)]),
  );
  const listening = withResolvers<ListenAddress>();
  let failed = listening.reject;
  const thread = new Thread<ThreadMessage, ThreadReport>(
    new URL("./queryThread.js", import.meta.url),
    { workerData, lost, onLost: (error) => failed(error) },
    (report) => {
      if ("unused" in report) copiers.get(report.model)!.takeBack?.(report.unused as never);
      else listening.resolve(report.address);
    },
  );
  const address = await listening.promise;
  failed = onError;
  return {
    address,
    async publish(model, { value, ...stamp }) {
      const copy = await copiers.get(model)!.copy(value as never);
      thread.send({ model, snapshot: { ...stamp, copy } });
    },
    setStatus: (model, status) => thread.send({ model, status }),
    tell: (event, data) => thread.send({ event, data }),
    async close() {
      thread.letEnd();
      thread.send({ close: true });
      await thread.ended;
    },
  };
}

const lost = (found: string): Error =>
  new Error(`serve: the thread that answers must live as long as the server, got ${found}`);
