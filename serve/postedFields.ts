import type { IncomingMessage } from "node:http";
import { isPlainObject, show } from "../schemas/index.js";
import type { Endpoint } from "./endpoint.js";
import { HttpFault } from "./httpFault.js";
import type { QueryRequest } from "./requestGuard.js";

export const MOST_BODY_BYTES = 1 << 20;

const PLAIN = "text/plain";
const JSON_TYPE = "application/json";

/**
 * The fields that a request has in its body: one as plain text, or any as a JSON object. State: the body.
 * @throws HttpFault 413, 415, 400 for a body that is too long, of another type, or none
 */
export async function postedFields(
  { headers, body }: QueryRequest,
  { body: field, query }: Endpoint,
): Promise<Readonly<Record<string, unknown>>> {
  const who = query.name;
  const type = bodyType(who, String(headers["content-type"] ?? ""));
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    throw new HttpFault(415, `${who}: the body must have no Content-Encoding, got ${show(encoding)}`);
  const text = decoded(who, (await body?.(MOST_BODY_BYTES)) ?? new Uint8Array(0));
  if (type === PLAIN) return { [field!]: text };
  const fields = parsed(who, text);
  if (isPlainObject(fields)) return fields;
  throw new HttpFault(400, `${who}: the body must be a JSON object of fields, got ${show(fields)}`);
}

function bodyType(who: string, header: string): string {
  const [type = "", ...parameters] = header.split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice(8)
    .replaceAll('"', "");
  if (charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset))
    throw new HttpFault(415, `${who}: the charset must be utf-8, got ${charset}`);
  if (type === PLAIN || type === JSON_TYPE) return type;
  throw new HttpFault(415, `${who}: Content-Type must be ${PLAIN} or ${JSON_TYPE}, got ${type || "none"}`);
}

function decoded(who: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpFault(400, `${who}: the body must be UTF-8, got other bytes`);
  }
}

function parsed(who: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpFault(400, `${who}: the body must be JSON, got ${(error as Error).message}`);
  }
}

/** @throws HttpFault 413 if the body is longer, 400 if it ends before its end */
export async function bodyOf(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const tooLong = new HttpFault(413, `the body must have at most ${mostBytes} bytes, got more`);
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLong;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) throw tooLong;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
