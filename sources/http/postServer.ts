import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { checkContentType, Refusal } from "./postedText.js";

interface PostServerOptions {
  readonly host: string;
  readonly port: number;
  /** What a client must know, if it must know anything. */
  readonly token: string | undefined;
  readonly maxBodyLength: number;
  /** Milliseconds in which a whole request must have come. */
  readonly timeout: number;
  /** Bytes that may be on their way in at once, besides those of a single post. */
  readonly capacity: number;
  /** Whether nothing more can be taken in for now. */
  readonly isFull: () => boolean;
  /** Resolves with the number of documents once the text was taken in; rejects with a Refusal. */
  readonly accept: (request: IncomingMessage, body: Buffer) => Promise<number>;
  /** Called for each post whose text was not taken in. */
  readonly onRefused: () => void;
}

const RETRY_AFTER_SECONDS = 1;
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host);
}

/** How often Node looks for requests that have not come in time, unless they are to come sooner. */
const CHECK_EVERY_MS = 30_000;

/**
 * A server that takes posted text in, and says so only then: 202 for what was, 429 while there is no room, 4xx for what it cannot use.
 * State: the bodies on their way in.
 */
export class PostServer {
  readonly #options: PostServerOptions;
  readonly #server: Server;
  #receiving = 0;

  private constructor(options: PostServerOptions) {
    this.#options = options;
    const { createServer } = process.getBuiltinModule("node:http"); // it loads much, of no use to other sources
    this.#server = createServer(
      { requestTimeout: options.timeout, connectionsCheckingInterval: Math.min(options.timeout, CHECK_EVERY_MS) },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.headersTimeout = options.timeout;
  }

  /** @throws Error if the address cannot be had */
  static async listen(options: PostServerOptions): Promise<PostServer> {
    const { host, port } = options;
    const server = new PostServer(options);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", ({ code, message }: NodeJS.ErrnoException) =>
        reject(new Error(`http: ${host}:${port} must be an address that is free, got ${code ?? message}`)),
      );
      server.#server.listen(port, host, resolve);
    });
    return server;
  }

  get address(): AddressInfo {
    return this.#server.address() as AddressInfo;
  }

  /** Takes nothing more in; resolves once the last answer was given. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const lingering = setTimeout(() => this.#server.closeAllConnections(), 1000); // clients that do not read their answer
    await closed;
    clearTimeout(lingering);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#check(request);
      const documents = await this.#options.accept(request, await this.#bodyOf(request));
      send(response, 202, { documents });
    } catch (error) {
      this.#options.onRefused();
      const { status, message } = error instanceof Refusal ? error : new Refusal(500, (error as Error).message);
      if (!request.complete) response.setHeader("Connection", "close"); // else the rest of the body would be read
      if (status === 429) response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
      if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
      if (status === 405) response.setHeader("Allow", "POST");
      send(response, status, { error: message });
    }
  }

  /** All that can be said of a request before its body is read. */
  #check({ headers, method, url }: IncomingMessage): void {
    const { host, token, maxBodyLength, isFull } = this.#options;
    if (isLoopback(host)) checkHost(headers.host);
    if (token !== undefined && !isSame(headers.authorization ?? "", `Bearer ${token}`))
      throw new Refusal(401, "the header Authorization must be Bearer and the token");
    const origin = token === undefined ? originFault(headers) : undefined;
    if (origin !== undefined) throw new Refusal(403, origin);
    if (url?.split("?")[0] !== "/") throw new Refusal(404, `there is only /, got ${url}`);
    if (method !== "POST") throw new Refusal(405, `the method must be POST, got ${method}`);
    checkContentType(headers["content-type"]);
    if (Number(headers["content-length"] ?? 0) > maxBodyLength) throw tooLong(maxBodyLength);
    if (isFull()) throw tooMuch();
  }

  async #bodyOf(request: IncomingMessage): Promise<Buffer> {
    const { capacity, maxBodyLength } = this.#options;
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        length += chunk.length;
        this.#receiving += chunk.length;
        if (length > maxBodyLength) throw tooLong(maxBodyLength);
        if (this.#receiving > capacity && this.#receiving > length) throw tooMuch();
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      this.#receiving -= length;
    }
  }
}

export function tooMuch(): Refusal {
  return new Refusal(429, "as much text as may wait is waiting; try again later");
}

function tooLong(most: number): Refusal {
  return new Refusal(413, `a body must be at most ${most} bytes, got more`);
}

/** A page of another site may have a browser post to this machine under a name of its own, which it has in Host. */
function checkHost(host = ""): void {
  const name = host
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
  if (!isLoopback(name)) throw new Refusal(403, `the header Host must be one of ${LOOPBACK.join(", ")}, got ${host}`);
}

/**
 * A page of another site may post under the name of this machine as well, without asking first, but not without saying so: a browser
 * tells the page's origin, or at least that it is another one. Another port is another origin. A page does not know a token. Tells what must
 * hold and does not.
 */
export function originFault({
  host = "",
  origin,
  "sec-fetch-site": site = "none",
}: IncomingHttpHeaders): string | undefined {
  const own = `http://${host}`.toLowerCase();
  if (origin !== undefined && origin.toLowerCase() !== own)
    return `the header Origin must be ${own} or missing, got ${origin}`;
  if (site !== "none" && site !== "same-origin")
    return `the header Sec-Fetch-Site must be none, same-origin or missing, got ${site}`;
  return undefined;
}

/** In a time that does not tell how much of it is the same. */
export function isSame(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

function send(response: ServerResponse, status: number, answer: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { "Content-Type": "application/json" }).end(`${JSON.stringify(answer)}\n`);
}
