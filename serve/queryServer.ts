import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answers, MaybePromise, Opener } from "../schemas/index.js";
import type { AskedSnapshot, EndpointContext, SnapshotStamp, StatusCounters } from "./endpoint.js";
import { endpointsOf } from "./endpoints.js";
import { HttpFault } from "./httpFault.js";
import { ServerMetrics } from "./metrics.js";
import { bodyOf } from "./postedFields.js";
import { type Access, checkAccess } from "./requestGuard.js";
import { type Limits, respond } from "./respond.js";

export type { EndpointContext, SnapshotStamp, StatusCounters } from "./endpoint.js";
export { endpointsOf } from "./endpoints.js";
export { ServerMetrics } from "./metrics.js";
export { type Access, checkAccess, type QueryRequest } from "./requestGuard.js";
export { type Limits, type QueryResponse, respond } from "./respond.js";

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
  /** What can be asked. */
  readonly answers: Answers<never>;
  /** Wanted for any address that other machines can reach. */
  readonly token?: string | undefined;
  readonly limits?: Limits;
  /** Milliseconds, for measuring how long answers take. */
  readonly clock: () => number;
  /** What a copy leaves behind once nobody asks it any more, for the copier to take back. */
  readonly onUnused?: (rest: unknown) => void;
}

/** A copy of a value, as `copierOf` makes it. */
export interface CopiedSnapshot extends SnapshotStamp {
  readonly copy: unknown;
}

export interface QueryServer {
  /** With the port that was chosen, if 0 was asked for. */
  readonly address: ListenAddress;
  /** Once this is done, answers come from this snapshot; those under way end with the one that they began with. */
  publish(snapshot: CopiedSnapshot): Promise<void>;
  setStatus(counters: StatusCounters): void;
  /** Takes no more requests, and answers those under way. */
  close(): Promise<void>;
}

/** What makes copies of a kind's values for a server. */
export const copierOf = <Value>({ transport }: Answers<Value>) =>
  transport?.copier() ?? { copy: (value: Value) => value };

const REQUEST_WITHIN_MS = 10_000;
const MOST_CONNECTIONS = 1024;

/**
 * Answers questions about the newest snapshot over HTTP, in JSON.
 *
 * State: two snapshots at most while one follows the other.
 * @throws RangeError if the address is not of this machine and there is no token; Error if it cannot be listened on
 */
export async function startQueryServer(options: QueryServerOptions): Promise<QueryServer> {
  const { answers, host, port, token, clock, limits = {}, onUnused = () => {} } = options;
  const access: Access = { token, host };
  checkAccess(access);
  const opener: Opener = (await answers.transport?.opener(onUnused)) ?? { open: (copy: unknown) => copy };
  const endpoints = endpointsOf(answers);
  const metrics = new ServerMetrics();
  let status: StatusCounters = {};
  let current: Held | undefined;
  let opened: Promise<void> = Promise.resolve();
  let isClosing = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = clock();
    const held = current;
    const ask: EndpointContext["ask"] = async (question) => (held ?? unavailable()).ask(question);
    const context = { endpoints, metrics, status, current: held?.snapshot, ask };
    const { method = "GET", url = "/", headers } = request;
    const body = (mostBytes: number) => bodyOf(request, mostBytes);
    const answer = await respond({ method, url, headers, body }, context, access, limits);
    const isRead = request.complete; // if not, the rest would be read before the next request
    request.resume(); // what was not asked for is not kept
    response.writeHead(answer.status, {
      ...answer.headers,
      "content-length": Buffer.byteLength(answer.body),
      ...(isClosing || !isRead ? { connection: "close" } : {}),
    });
    response.end(method === "HEAD" ? undefined : answer.body);
    metrics.count(answer.endpoint, answer.status, (clock() - began) / 1000);
  }

  async function open({ copy, ...stamp }: CopiedSnapshot): Promise<void> {
    const asked = await opener.open(copy as never);
    const before = current;
    current = new Held({ ...stamp, asked }, () => opener.release?.(asked as never));
    before?.giveBack();
  }

  const server = createServer(
    { requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS },
    (request, response) => void handle(request, response),
  );
  server.maxConnections = MOST_CONNECTIONS;
  try {
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  } catch (error) {
    await opener.close?.();
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`serve: ${host}:${port} must be an address that is free, got ${code}`, { cause: error });
  }
  return {
    address: { host, port: (server.address() as AddressInfo).port },
    publish(snapshot) {
      opened = opened.then(() => open(snapshot));
      return opened;
    },
    setStatus(counters) {
      status = counters;
    },
    async close() {
      isClosing = true;
      const tooLate = setTimeout(() => server.closeAllConnections(), limits.milliseconds ?? REQUEST_WITHIN_MS);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(tooLate);
      await opener.close?.();
    },
  };
}

function unavailable(): never {
  throw new HttpFault(503, "there is no snapshot yet, ask again later", { headers: { "retry-after": "1" } });
}

/** Counts who still asks a snapshot, which is released only once nobody does: a question goes on when its answer is given up. */
class Held {
  readonly snapshot: AskedSnapshot;
  readonly #release: () => void;
  #users = 1; // being the current one

  constructor(snapshot: AskedSnapshot, release: () => void) {
    this.snapshot = snapshot;
    this.#release = release;
  }

  async ask<Reply>(question: (snapshot: AskedSnapshot) => MaybePromise<Reply>): Promise<Reply> {
    this.#users++;
    try {
      return await question(this.snapshot);
    } finally {
      this.giveBack();
    }
  }

  giveBack(): void {
    if (--this.#users === 0) this.#release();
  }
}
