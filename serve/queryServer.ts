import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answers } from "../schemas/index.js";
import type { Endpoint } from "./endpoint.js";
import { cardOf, endpointsOf } from "./endpoints.js";
import { EventStreams } from "./eventStreams.js";
import { ServerMetrics } from "./metrics.js";
import type { PageFiles } from "./pageFiles.js";
import { bodyOf } from "./postedFields.js";
import { type Access, checkAccess, type QueryRequest } from "./requestGuard.js";
import { acceptStream, type Limits, respond } from "./respond.js";
import { type CopiedSnapshot, type ModelToServe, ServedModel } from "./servedModel.js";
import type { StatusCounters } from "./snapshot.js";

export type { Endpoint, EndpointContext } from "./endpoint.js";
export { endpointsOf } from "./endpoints.js";
export { ServerMetrics } from "./metrics.js";
export { PageFiles } from "./pageFiles.js";
export { type Access, checkAccess, type QueryRequest } from "./requestGuard.js";
export { type Limits, type QueryResponse, respond } from "./respond.js";
export { type CopiedSnapshot, type ModelToServe, ServedModel } from "./servedModel.js";
export type { SnapshotStamp, StatusCounters } from "./snapshot.js";

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
  /** What is asked; whoever names no model asks the first. */
  readonly models: readonly ModelToServe[];
  /** Endpoints besides those of the models and the server's own. */
  readonly others?: readonly Endpoint[];
  /** The page that shows all this, if it is to be sent. */
  readonly page?: PageFiles | undefined;
  /** Wanted for any address that other machines can reach. */
  readonly token?: string | undefined;
  readonly limits?: Limits;
  /** Milliseconds, for measuring how long answers take. */
  readonly clock: () => number;
  /** What a copy of a model leaves behind once nobody asks it any more, for its copier to take back. */
  readonly onUnused?: (rest: unknown, model: string) => void;
}

export interface QueryServer {
  /** With the port that was chosen, if 0 was asked for. */
  readonly address: ListenAddress;
  /** Once this is done, answers come from this snapshot; those under way end with the one that they began with. The first model if none is named. */
  publish(snapshot: CopiedSnapshot, model?: string): Promise<void>;
  setStatus(counters: StatusCounters, model?: string): void;
  /** Tells whoever reads `/events` what is known now under a name. */
  tell(event: string, data: unknown): void;
  /** Takes no more requests, and answers those under way. */
  close(): Promise<void>;
}

/** What makes copies of a kind's values for a server. */
export const copierOf = <Value>({ transport }: Answers<Value>) =>
  transport?.copier() ?? { copy: (value: Value) => value };

const REQUEST_WITHIN_MS = 10_000;
const MOST_CONNECTIONS = 1024;

/**
 * Answers questions about the newest snapshots over HTTP, in JSON.
 *
 * State: of each model two snapshots at most while one follows the other; the page's files; the last events.
 * @throws RangeError if the address is not of this machine and there is no token; Error if it cannot be listened on
 */
export async function startQueryServer(options: QueryServerOptions): Promise<QueryServer> {
  const { others, page, host, port, token, clock, limits = {}, onUnused = () => {} } = options;
  const access: Access = { token, host };
  checkAccess(access);
  const endpoints = endpointsOf(options.models, others);
  const models: ServedModel[] = [];
  for (const model of options.models) models.push(await ServedModel.open(model, (rest) => onUnused(rest, model.name)));
  const closeModels = () => Promise.all(models.map((model) => model.close()));
  const metrics = new ServerMetrics();
  const context = { endpoints, models, metrics };
  const streams = new EventStreams();
  const tellModels = () => streams.tell("models", models.map(cardOf));
  let isClosing = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = clock();
    const { method = "GET", url = "/", headers } = request;
    const asked: QueryRequest = { method, url, headers, body: (mostBytes) => bodyOf(request, mostBytes) };
    const opensStream = acceptStream(asked, access, () => streams.requireRoom());
    if (opensStream === true) return streams.add(response);
    const answer = opensStream ?? (await respond(asked, context, access, { ...limits, page }));
    const isRead = request.complete; // if not, the rest would be read before the next request
    request.resume(); // what was not asked for is not kept
    const { status } = answer;
    response.writeHead(status, {
      ...answer.headers,
      ...(status === 304 ? {} : { "content-length": Buffer.byteLength(answer.body) }),
      ...(isClosing || !isRead ? { connection: "close" } : {}),
    });
    response.end(method === "HEAD" ? undefined : answer.body);
    metrics.count(answer.endpoint, status, (clock() - began) / 1000);
  }

  const named = (name = models[0]?.name): ServedModel => {
    const model = models.find((each) => each.name === name);
    if (!model) throw new RangeError(`serve: a model must be one of those that are served, got ${name}`);
    return model;
  };
  const { createServer } = process.getBuiltinModule("node:http"); // it loads much, of no use to a run that does not serve
  const server = createServer(
    { requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS },
    (request, response) => void handle(request, response),
  );
  server.maxConnections = MOST_CONNECTIONS;
  tellModels();
  try {
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  } catch (error) {
    await closeModels();
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`serve: ${host}:${port} must be an address that is free, got ${code}`, { cause: error });
  }
  return {
    address: { host, port: (server.address() as AddressInfo).port },
    async publish(snapshot, model) {
      await named(model).publish(snapshot);
      tellModels();
    },
    setStatus(counters, model) {
      named(model).status = counters;
    },
    tell: (event, data) => streams.tell(event, data),
    async close() {
      isClosing = true;
      streams.close();
      const tooLate = setTimeout(() => server.closeAllConnections(), limits.milliseconds ?? REQUEST_WITHIN_MS);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(tooLate);
      await closeModels();
    },
  };
}
