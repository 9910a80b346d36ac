import type { IncomingHttpHeaders } from "node:http";
import { isLoopback, isSame, originFault } from "../sources/http/postServer.js";
import { HttpFault } from "./httpFault.js";

/** A request as far as answers depend on it. */
export interface QueryRequest {
  readonly method: string;
  /** The path and the query, as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Reads what was sent with it. @throws HttpFault 413 if that is longer */
  readonly body?: (mostBytes: number) => Promise<Uint8Array>;
}

export interface Access {
  /** Whoever asks must send it as `Authorization: Bearer TOKEN`. */
  readonly token: string | undefined;
  /** The address that is listened on. */
  readonly host: string;
}

const LONGEST_URL = 8192;

/** @throws RangeError if others could ask without a token, or a client could not send it */
export function checkAccess({ token, host }: Access): void {
  if (token === undefined && !isLoopback(host))
    throw new RangeError(`serve: an address that other machines reach must have a token, got none for ${host}`);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new RangeError(
      `serve: the token must be visible ASCII, got ${token === "" ? "nothing" : "other characters"}`,
    );
}

/**
 * Refuses what must not be answered, whatever it asks.
 *
 * The Host check keeps a web page from asking through its visitor's browser: a page can let its own name point at 127.0.0.1 (DNS
 * rebinding), and the browser then sends that name. A page may also post under the right name, but not without telling its origin. With a
 * token neither is needed, for a page does not know the token.
 * @throws HttpFault
 */
export function guardRequest({ method, url, headers }: QueryRequest, { token }: Access): void {
  if (token !== undefined) requireToken(headers.authorization, token);
  else requireHost(headers.host);
  const origin = method === "POST" && token === undefined ? originFault(headers as IncomingHttpHeaders) : undefined;
  if (origin !== undefined) throw new HttpFault(403, origin);
  if (url.length > LONGEST_URL)
    throw new HttpFault(414, `the URL must have at most ${LONGEST_URL} characters, got ${url.length}`);
}

function requireToken(sent: string | string[] | undefined, token: string): void {
  const [, found = ""] = /^Bearer +(.+)$/i.exec(String(sent ?? "")) ?? [];
  if (isSame(found, token)) return;
  throw new HttpFault(401, "the token must be sent as Authorization: Bearer TOKEN", {
    headers: { "www-authenticate": "Bearer" },
  });
}

function requireHost(sent: string | string[] | undefined): void {
  const name = String(sent ?? "")
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
  if (isLoopback(name)) return;
  throw new HttpFault(403, `the Host header must name this machine, such as localhost, got ${JSON.stringify(name)}`);
}
