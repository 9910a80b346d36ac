import { integer, type OptionsSchema, oneOf, type SettingsOf, text } from "../../schemas/index.js";
import type { ServerMetrics } from "./metrics.js";
import { openApi } from "./openApi.js";
import type { ServedVectors } from "./servedVectors.js";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Numbers and short texts that tell how learning goes. */
export type StatusCounters = Readonly<Record<string, number | string | boolean>>;

export interface EndpointContext {
  /** @throws HttpFault 503 while there is no snapshot yet */
  readonly vectors: () => ServedVectors;
  /** The same, undefined while there is none. */
  readonly current: ServedVectors | undefined;
  readonly status: StatusCounters;
  readonly metrics: ServerMetrics;
}

export interface Endpoint {
  /** What the path is, without its slash; the fields are its query. */
  readonly query: OptionsSchema;
  /** One sentence, no full stop. */
  readonly summary: string;
  readonly contentType: "application/json" | "text/plain; version=0.0.4; charset=utf-8";
  /** JSON Schema of the answer. */
  readonly answer: JsonSchema;
  /** Another status than 200, beside those that every endpoint may give. */
  readonly mayMiss: boolean;
  readonly handle: (settings: never, context: EndpointContext) => unknown;
}

const MOST_NEIGHBORS = 1000;
const MOST_TERMS = 1000;

const term = (description: string) => text({ description, minLength: 1 });
const k = integer({ description: "How many terms", min: 1, max: MOST_NEIGHBORS, default: 10 });

const counted = (properties: JsonSchema): JsonSchema => ({
  type: "object",
  properties: { sequence: { type: "integer", description: "Which snapshot answered" }, ...properties },
  required: ["sequence", ...Object.keys(properties)],
  additionalProperties: false,
});
const string: JsonSchema = { type: "string" };
const near: JsonSchema = {
  type: "array",
  items: {
    type: "object",
    properties: { term: string, score: { type: "number" } },
    required: ["term", "score"],
    additionalProperties: false,
  },
};

function json<S extends OptionsSchema>(
  query: S,
  summary: string,
  answer: JsonSchema,
  handle: (settings: SettingsOf<S>, context: EndpointContext) => unknown,
): Endpoint {
  const mayMiss = Object.values(query.fields).some(({ presence }) => presence === "required");
  return { query, summary, contentType: "application/json", answer, mayMiss, handle };
}

/** Everything that can be asked. The queries are parsed by these schemas, and the OpenAPI description is made of them. */
export const endpoints: readonly Endpoint[] = [
  json(
    { name: "status", fields: {} },
    "How far learning has come, and which snapshot answers",
    {
      type: "object",
      properties: {
        sequence: { type: "integer", description: "Which snapshot answers; absent while there is none" },
        tokens: { type: "integer" },
        documents: { type: "integer" },
        terms: { type: "integer" },
        vectorSize: { type: "integer" },
        counters: { type: "object", description: "What the run tells of itself" },
      },
      required: ["counters"],
      additionalProperties: false,
    },
    (_, { current, status }) => ({ ...summaryOf(current), counters: status }),
  ),
  json(
    { name: "neighbors", fields: { term: term("The term whose neighbours are wanted"), k } },
    "The terms with the highest cosine to a term",
    counted({ term: string, neighbors: near }),
    async ({ term, k }, { vectors }) => {
      const served = vectors();
      return { sequence: served.sequence, term, neighbors: await served.neighbors(term, k) };
    },
  ),
  json(
    { name: "similarity", fields: { a: term("One term"), b: term("Another term") } },
    "The cosine of two terms",
    counted({ a: string, b: string, similarity: { type: "number" } }),
    ({ a, b }, { vectors }) => {
      const served = vectors();
      return { sequence: served.sequence, a, b, similarity: served.similarity(a, b) };
    },
  ),
  json(
    {
      name: "analogy",
      fields: {
        a: term("a is to b"),
        b: term("a is to b"),
        c: term("as c is to the answer"),
        method: oneOf(["3CosAdd", "3CosMul"], { description: "How cosines are combined", default: "3CosAdd" }),
        k,
      },
    },
    "The terms that are to c as b is to a",
    counted({ a: string, b: string, c: string, method: string, answers: near }),
    async ({ a, b, c, method, k }, { vectors }) => {
      const served = vectors();
      return { sequence: served.sequence, a, b, c, method, answers: await served.analogy(a, b, c, method, k) };
    },
  ),
  json(
    { name: "vector", fields: { term: term("The term whose vector is wanted") } },
    "A term's vector, as learned",
    counted({ term: string, vector: { type: "array", items: { type: "number" } } }),
    ({ term }, { vectors }) => {
      const served = vectors();
      return { sequence: served.sequence, term, vector: served.vectorOf(term) };
    },
  ),
  json(
    {
      name: "vocabulary",
      fields: {
        prefix: text({ description: "What the terms begin with", default: "" }),
        limit: integer({ description: "How many terms at most", min: 1, max: MOST_TERMS, default: 100 }),
        after: text({ description: "The last term of the page before", optional: true }),
      },
    },
    "Terms in the order of their code points, a page at a time",
    { ...counted({ terms: { type: "array", items: string } }), additionalProperties: string },
    ({ prefix, limit, after }, { vectors }) => {
      const served = vectors();
      const page = served.page(prefix, after, limit + 1);
      const terms = page.slice(0, limit);
      return { sequence: served.sequence, terms, ...(page.length > limit ? { after: terms.at(-1) } : {}) };
    },
  ),
  {
    ...json({ name: "metrics", fields: {} }, "The same numbers for Prometheus", string, (_, context) =>
      context.metrics.text(numbersOf(context)),
    ),
    contentType: "text/plain; version=0.0.4; charset=utf-8",
  },
  json({ name: "openapi.json", fields: {} }, "This description", { type: "object" }, () => openApi(endpoints)),
];

function summaryOf(current: ServedVectors | undefined): Record<string, number> {
  if (!current) return {};
  const { sequence, tokens, documents, terms, vectorSize } = current.snapshot;
  return {
    sequence,
    ...(tokens === undefined ? {} : { tokens }),
    ...(documents === undefined ? {} : { documents }),
    terms: terms.length,
    vectorSize,
  };
}

/** The numbers of `/status`, by name. */
function numbersOf({ current, status }: EndpointContext): Record<string, number> {
  const { sequence, vectorSize, ...counts } = summaryOf(current);
  const numbers = Object.entries(status).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return {
    ...Object.fromEntries(numbers),
    ...Object.fromEntries(Object.entries(counts).map(([name, value]) => [`snapshot_${name}`, value])),
    ...(sequence === undefined ? {} : { snapshot_sequence: sequence }),
  };
}
