import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WasmMemory } from "../kernels/webAssembly.js";
import type { EndpointContext, StatusCounters } from "./serve/endpoints.js";
import { HttpFault } from "./serve/httpFault.js";
import { ServerMetrics } from "./serve/metrics.js";
import { type Access, checkAccess } from "./serve/requestGuard.js";
import { type Limits, respond } from "./serve/respond.js";
import { type RowQuestion, type RowSearch, searchOnThread } from "./serve/rowSearch.js";
import { ServedVectors } from "./serve/servedVectors.js";
import type { SharedSnapshot } from "./serve/sharedRows.js";

export type { EndpointContext, StatusCounters } from "./serve/endpoints.js";
export { ServerMetrics } from "./serve/metrics.js";
export { type Access, checkAccess, type QueryRequest } from "./serve/requestGuard.js";
export { type Limits, type QueryResponse, respond } from "./serve/respond.js";
export type { RowQuestion, RowSearch } from "./serve/rowSearch.js";
export { ServedVectors } from "./serve/servedVectors.js";
export { type QuerySnapshot, type SharedSnapshot, shareRows } from "./serve/sharedRows.js";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export const DEFAULT_LISTEN = "127.0.0.1:7411";

/**
 * `HOST:PORT`, `[::1]:PORT`, or a port of this machine.
 * @throws RangeError if it is not written so
 */
export function parseListen(text: string): ListenAddress {
  const [, host = "127.0.0.1", digits] = /^(?:([^:[\]\s]+|\[[\da-f:]+\]):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (port <= 65535) return { host: host.replace(/^\[(.*)\]$/, "$1"), port };
  throw new RangeError(`serve: the address must be HOST:PORT, such as ${DEFAULT_LISTEN}, got ${JSON.stringify(text)}`);
}

export interface QueryServerOptions extends ListenAddress {
  /** Wanted for any address that other machines can reach. */
  readonly token?: string | undefined;
  readonly limits?: Limits;
  /** Milliseconds, for measuring how long answers take. */
  readonly clock: () => number;
  /** Memory of a snapshot that nobody asks any more. */
  readonly onUnused?: (memory: WasmMemory) => void;
}

export interface QueryServer {
  /** With the port that was chosen, if 0 was asked for. */
  readonly address: ListenAddress;
  /**
   * From now on answers come from this snapshot; those under way end with the one that they began with. `rows` is the row of each
   * term, where it was made beforehand: for 200,000 terms that takes longer than an answer.
   */
  publish(snapshot: SharedSnapshot, rows?: ReadonlyMap<string, number>): void;
  setStatus(counters: StatusCounters): void;
  /** Takes no more requests, and answers those under way. */
  close(): Promise<void>;
}

const REQUEST_WITHIN_MS = 10_000;
const MOST_CONNECTIONS = 1024;

/**
 * Answers questions about the newest snapshot over HTTP, in JSON; looks for neighbours on a thread of its own.
 *
 * State: two snapshots at most while one follows the other, 4 V (D + 13) bytes each and the terms.
 * @throws RangeError if the address is not of this machine and there is no token; Error if it cannot be listened on
 */
export async function startQueryServer(options: QueryServerOptions): Promise<QueryServer> {
  const { host, port, token, clock, limits = {}, onUnused = () => {} } = options;
  const access: Access = { token, host };
  checkAccess(access);
  const search = searchOnThread();
  const metrics = new ServerMetrics();
  let status: StatusCounters = {};
  let current: Held | undefined;
  let isClosing = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = clock();
    const held = current?.take();
    const context: EndpointContext = {
      metrics,
      status,
      current: held?.vectors,
      vectors: () => held?.vectors ?? unavailable(),
    };
    const { method = "GET", url = "/", headers } = request;
    const answer = await respond({ method, url, headers }, context, access, limits);
    held?.giveBack();
    response.writeHead(answer.status, {
      ...answer.headers,
      "content-length": Buffer.byteLength(answer.body),
      ...(isClosing ? { connection: "close" } : {}),
    });
    response.end(method === "HEAD" ? undefined : answer.body);
    metrics.count(answer.endpoint, answer.status, (clock() - began) / 1000);
  }

  const server = createServer(
    { requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS },
    (request, response) => {
      request.resume(); // what a client sends with its question is not read
      void handle(request, response);
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  try {
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  } catch (error) {
    await search.close();
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`serve: ${host}:${port} must be an address that is free, got ${code}`, { cause: error });
  }
  return {
    address: { host, port: (server.address() as AddressInfo).port },
    publish(snapshot, rows) {
      const before = current;
      current = new Held(snapshot, search, onUnused, rows ?? before?.vectors.rowsOf(snapshot.terms));
      before?.giveBack();
    },
    setStatus(counters) {
      status = counters;
    },
    async close() {
      isClosing = true;
      const tooLate = setTimeout(() => server.closeAllConnections(), limits.milliseconds ?? REQUEST_WITHIN_MS);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(tooLate);
      await search.close();
    },
  };
}

function unavailable(): never {
  throw new HttpFault(503, "there is no snapshot yet, ask again later", { headers: { "retry-after": "1" } });
}

/**
 * Counts who still asks a snapshot, so that its memory is written to again only once nobody does. A search counts by itself: it goes on
 * when the answer is given up.
 */
class Held {
  readonly vectors: ServedVectors;
  readonly #onUnused: (memory: WasmMemory) => void;
  #users = 1; // being the current one

  constructor(
    snapshot: SharedSnapshot,
    search: RowSearch,
    onUnused: (memory: WasmMemory) => void,
    rows: ReadonlyMap<string, number> | undefined,
  ) {
    this.#onUnused = onUnused;
    const nearest = (question: RowQuestion) => {
      this.take();
      return search.nearest(snapshot, question).finally(() => this.giveBack());
    };
    this.vectors = new ServedVectors(snapshot, nearest, rows);
  }

  take(): this {
    this.#users++;
    return this;
  }

  giveBack(): void {
    if (--this.#users === 0) this.#onUnused(this.vectors.snapshot.memory);
  }
}
