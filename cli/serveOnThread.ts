import { Worker } from "node:worker_threads";
import type { WasmMemory } from "../kernels/webAssembly.js";
import {
  type Limits,
  type ListenAddress,
  type QuerySnapshot,
  type SharedSnapshot,
  type StatusCounters,
  shareRows,
} from "../pipelines/index.js";
import { type PackedTerms, packTerms } from "./packedTerms.js";

export interface ThreadOptions extends ListenAddress {
  readonly token?: string | undefined;
  readonly limits?: Limits;
}

/** Without the terms if they are those of the snapshot before. */
type SentSnapshot = Omit<SharedSnapshot, "terms"> & { readonly terms: PackedTerms | undefined };

export type ThreadMessage =
  | { readonly snapshot: SentSnapshot }
  | { readonly status: StatusCounters }
  | { readonly close: true };
export type ThreadReport = { readonly address: ListenAddress } | { readonly unused: WasmMemory };

export interface QueryThread {
  /** With the port that was chosen, if 0 was asked for. */
  readonly address: ListenAddress;
  /** Takes a copy of the vectors; to be called between two updates. Costs little more if `terms` is the same array as before. */
  publish(snapshot: QuerySnapshot): void;
  setStatus(counters: StatusCounters): void;
  /** Takes no more requests, and answers those under way. */
  close(): Promise<void>;
}

/**
 * Answers questions on a thread of its own, so that no client waits for training, and training for no client.
 *
 * State: the memory of two snapshots, which are written in turn. A failure of the thread after its start goes to `onError`.
 */
export async function serveOnThread(
  options: ThreadOptions,
  onError: (error: Error) => void = () => {},
): Promise<QueryThread> {
  const worker = new Worker(new URL("./queryThread.js", import.meta.url), { workerData: options, execArgv: [] });
  const unused: WasmMemory[] = [];
  const address = await new Promise<ListenAddress>((resolve, reject) => {
    worker.once("error", reject);
    worker.on("message", (report: ThreadReport) => {
      if ("unused" in report) unused.push(report.unused);
      else resolve(report.address);
    });
  });
  worker.on("error", onError);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  let sent: readonly string[] | undefined;
  const send = (message: ThreadMessage) => worker.postMessage(message);
  return {
    address,
    publish(snapshot) {
      const { terms } = snapshot;
      send({ snapshot: { ...shareRows(snapshot, unused), terms: terms === sent ? undefined : packTerms(terms) } });
      sent = terms;
    },
    setStatus: (status) => send({ status }),
    async close() {
      send({ close: true });
      await ended;
    },
  };
}
