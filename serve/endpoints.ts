import type { Answers, AnyQuestion, JsonSchema, OptionsSchema } from "../schemas/index.js";
import type { AskedSnapshot, Endpoint, EndpointContext } from "./endpoint.js";
import { openApi } from "./openApi.js";

/** Everything that can be asked of a kind of data, and of the server. The queries are parsed by these schemas, and the OpenAPI description is made of them. */
export function endpointsOf<Value>({ about, questions, told = {} }: Answers<Value>): readonly Endpoint[] {
  const endpoints: readonly Endpoint[] = [
    {
      ...json({ name: "status", fields: {} }, "How far learning has come, and which snapshot answers"),
      answer: statusSchema(Object.keys(told)),
      handle: (_, { current, status }) => ({ ...summaryOf(current, told), counters: status }),
    },
    ...questions.map(endpointOf),
    {
      ...json({ name: "metrics", fields: {} }, "The same numbers for Prometheus"),
      contentType: "text/plain; version=0.0.4; charset=utf-8",
      answer: { type: "string" },
      handle: (_, context) => context.metrics.text(numbersOf(context, told)),
    },
    {
      ...json({ name: "openapi.json", fields: {} }, "This description"),
      answer: { type: "object" },
      handle: () => openApi(about, endpoints),
    },
  ];
  return endpoints;
}

function json(query: OptionsSchema, summary: string) {
  return { query, summary, contentType: "application/json" } as const;
}

function endpointOf({ name, fields, body, summary, reply, mayReply, missing, answer }: AnyQuestion): Endpoint {
  const query = { name, fields };
  return {
    ...json(query, summary),
    answer: counted(reply, mayReply),
    body,
    missing,
    handle: (settings, { ask }) =>
      ask(async ({ sequence, asked }) => ({ sequence, ...(await answer(asked as never, settings as never)) })),
  };
}

const counted = (always: JsonSchema, sometimes: JsonSchema = {}): JsonSchema => ({
  type: "object",
  properties: { sequence: { type: "integer", description: "Which snapshot answered" }, ...always, ...sometimes },
  required: ["sequence", ...Object.keys(always)],
  additionalProperties: false,
});

const statusSchema = (told: readonly string[]): JsonSchema => ({
  type: "object",
  properties: {
    sequence: { type: "integer", description: "Which snapshot answers; absent while there is none" },
    tokens: { type: "integer" },
    documents: { type: "integer" },
    ...Object.fromEntries(told.map((name) => [name, { type: "integer" }])),
    counters: { type: "object", description: "What the run tells of itself" },
  },
  required: ["counters"],
  additionalProperties: false,
});

type ToldNumbers = NonNullable<Answers<never>["told"]>;

function summaryOf(current: AskedSnapshot | undefined, told: ToldNumbers): Record<string, number> {
  if (!current) return {};
  const { sequence, tokens, documents, asked } = current;
  return {
    sequence,
    ...(tokens === undefined ? {} : { tokens }),
    ...(documents === undefined ? {} : { documents }),
    ...Object.fromEntries(Object.entries(told).map(([name, { of }]) => [name, of(asked as never)])),
  };
}

/** The numbers of `/status` that change, by name. */
function numbersOf({ current, status }: EndpointContext, told: ToldNumbers): Record<string, number> {
  const changing = Object.entries(told).filter(([, { isFixed }]) => !isFixed);
  const { sequence, ...counts } = summaryOf(current, Object.fromEntries(changing));
  const numbers = Object.entries(status).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return {
    ...Object.fromEntries(numbers),
    ...Object.fromEntries(Object.entries(counts).map(([name, value]) => [`snapshot_${name}`, value])),
    ...(sequence === undefined ? {} : { snapshot_sequence: sequence }),
  };
}
