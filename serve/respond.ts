import { checkOptions, didYouMean, NotFound, type OptionsOf, parseOptions, show } from "../schemas/index.js";
import type { Endpoint, EndpointContext } from "./endpoint.js";
import { HttpFault } from "./httpFault.js";
import type { PageFiles } from "./pageFiles.js";
import { postedFields } from "./postedFields.js";
import { type Access, guardRequest, type QueryRequest } from "./requestGuard.js";

export interface QueryResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** For counting: the endpoint's name, "page" for its files, or "other". */
  readonly endpoint: string;
}

/** What may be asked at once, and for how long. */
export interface Limits {
  /** Requests under way; one more is told to come again. 64 by default. */
  readonly concurrent?: number;
  /** An answer that takes longer is given up. 5000 by default. */
  readonly milliseconds?: number;
}

/** The one answer that does not end; it is counted among no requests, and no limit of time ends it. */
const EVENTS = "events";

/** Whether a request for the stream of events may have it: true, or why not; undefined where it asks for something else. */
export function acceptStream(
  request: QueryRequest,
  access: Access,
  requireRoom: () => void,
): true | QueryResponse | undefined {
  if (request.method !== "GET" || request.url.split("?", 1)[0] !== `/${EVENTS}`) return undefined;
  try {
    guardRequest(request, access);
    requireRoom();
    return true;
  } catch (error) {
    return refusal(error, EVENTS);
  }
}

/** Answers a request; needs no socket. Never rejects: whatever fails becomes a status and a line of JSON. */
export async function respond(
  request: QueryRequest,
  context: EndpointContext,
  access: Access,
  { concurrent = 64, milliseconds = 5000, page }: Limits & { readonly page?: PageFiles | undefined } = {},
): Promise<QueryResponse> {
  const { metrics } = context;
  let endpoint: Endpoint | undefined;
  metrics.underWay++;
  try {
    const file = page?.answer(request);
    const isPublic = file && access.token !== undefined; // a browser cannot send a token for it, and it holds no data
    if (!isPublic) guardRequest(request, access);
    if (file) return { ...file, endpoint: "page" };
    const url = urlOf(request.url);
    endpoint = endpointAt(url.pathname, context.endpoints);
    requireMethod(request.method, endpoint);
    if (metrics.underWay > concurrent)
      throw new HttpFault(503, `at most ${concurrent} requests may be under way, got one more`, {
        headers: { "retry-after": "1" },
      });
    const posted = request.method === "POST" ? await postedFields(request, endpoint) : {};
    const settings = parseFields(endpoint, url.searchParams, posted);
    const answer = await within(milliseconds, endpoint.handle(settings, context));
    const body = endpoint.contentType === "application/json" ? `${JSON.stringify(answer)}\n` : String(answer);
    return { status: 200, headers: headersOf(endpoint.contentType), body, endpoint: endpoint.query.name };
  } catch (error) {
    return refusal(error, endpoint?.query.name ?? "other");
  } finally {
    metrics.underWay--;
  }
}

function urlOf(path: string): URL {
  try {
    return new URL(path, "http://localhost");
  } catch {
    throw new HttpFault(400, `the URL must be a path and a query, got ${show(path)}`);
  }
}

function endpointAt(path: string, endpoints: readonly Endpoint[]): Endpoint {
  const name = path.slice(1);
  const endpoint = endpoints.find(({ query }) => query.name === name);
  if (endpoint) return endpoint;
  const known = endpoints.map(({ query }) => `/${query.name}`);
  throw new HttpFault(404, `unknown path ${show(path)}${didYouMean(path, known)}; known paths are ${known.join(", ")}`);
}

function requireMethod(method: string, { body, query }: Endpoint): void {
  const known = ["GET", "HEAD", ...(body === undefined ? [] : ["POST"])];
  if (known.includes(method)) return;
  const allow = known.join(", ");
  throw new HttpFault(405, `${query.name}: the method must be one of ${allow}, got ${method}`, { headers: { allow } });
}

/** How what is no text is written in a URL: numbers in digits, truth values as in JSON. */
const WRITTEN: Readonly<Record<string, RegExp>> = {
  integer: /^\d{1,15}$/,
  number: /^\d{1,15}(\.\d{1,15})?$/,
  boolean: /^(true|false)$/,
};

/** The query, and what was posted beside it, by the endpoint's own schema. */
function parseFields(
  { query }: Endpoint,
  params: URLSearchParams,
  posted: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const given: Record<string, unknown> = { ...posted };
  for (const [name, value] of params) {
    if (Object.hasOwn(given, name)) throw new HttpFault(400, `${query.name}: ${name} must be given once, got it twice`);
    if (value.includes("\ufffd"))
      throw new HttpFault(400, `${query.name}: ${name} must be UTF-8, percent-encoded, got ${show(value)}`);
    const written = WRITTEN[String(query.fields[name]?.jsonSchema.type)];
    given[name] = written?.test(value) ? asWritten(value) : value;
  }
  const [problem] = checkOptions(query, given);
  if (problem) throw new HttpFault(400, `${query.name}: ${problem.message}`);
  return parseOptions(query, given as OptionsOf<typeof query>);
}

const asWritten = (value: string) => (/^\d/.test(value) ? Number(value) : value === "true");

async function within<T>(milliseconds: number, answer: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new HttpFault(504, `an answer must take at most ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function refusal(error: unknown, endpoint: string): QueryResponse {
  const fault = faultOf(error as Error, endpoint);
  const body = `${JSON.stringify({ error: fault.message, ...fault.details })}\n`;
  return { status: fault.status, headers: { ...headersOf("application/json"), ...fault.headers }, body, endpoint };
}

/** What the endpoint itself refuses, as its line says, was asked in a wrong way; other errors are faults of the server. */
function faultOf(error: Error, endpoint: string): HttpFault {
  if (error instanceof HttpFault) return error;
  const { message } = error;
  const isRefused = error instanceof RangeError || error instanceof TypeError;
  if (error instanceof NotFound) return new HttpFault(404, message, { details: { suggestions: error.suggestions } });
  return new HttpFault(isRefused && message.startsWith(`${endpoint}: `) ? 400 : 500, message);
}

/** Answers change as learning goes on, and are data, never a page. */
const headersOf = (contentType: string): Record<string, string> => ({
  "content-type": contentType,
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
});
