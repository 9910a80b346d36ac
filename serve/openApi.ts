import type { Field, JsonSchema } from "../schemas/index.js";
import type { Endpoint } from "./endpoint.js";
import { MOST_BODY_BYTES } from "./postedFields.js";

const ERROR: JsonSchema = {
  type: "object",
  properties: {
    error: { type: "string", description: "One clear line" },
    suggestions: { type: "array", items: { type: "string" }, description: "Known terms, of an unknown one" },
  },
  required: ["error"],
};

const FAULTS: Readonly<Record<number, string>> = {
  400: "The query is wrong",
  401: "A token is wanted: Authorization: Bearer TOKEN",
  403: "The Host header names another machine",
  414: "The URL is too long",
  503: "There is no snapshot yet, or too many requests are under way; try again",
  504: "The answer took too long",
};

const POST_FAULTS: Readonly<Record<number, string>> = {
  403: "The Host header names another machine, or the Origin header another page",
  413: "The body is too long",
  415: "The body is neither plain text nor JSON in UTF-8",
};

/** The OpenAPI 3.1 description of some endpoints. */
export function openApi(about: string, endpoints: readonly Endpoint[]): JsonSchema {
  return {
    openapi: "3.1.0",
    info: {
      title: "lexstream",
      version: "1",
      description: `Questions about ${about}, while they are learned. Every answer comes from one snapshot.`,
    },
    paths: Object.fromEntries(endpoints.map((endpoint) => [`/${endpoint.query.name}`, operations(endpoint)])),
    components: {
      schemas: { Error: ERROR },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    security: [{}, { token: [] }],
  };
}

function operations(endpoint: Endpoint): JsonSchema {
  const get = operation(endpoint);
  return endpoint.body === undefined ? { get } : { get, post: posted(endpoint, endpoint.body) };
}

/** The same with one of the fields, or any, in the body. */
function posted(endpoint: Endpoint, body: string): JsonSchema {
  const { operationId, parameters, responses, ...rest } = operation(endpoint);
  const { fields } = endpoint.query;
  const others = Object.entries(fields).filter(([name]) => name !== body);
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOf(field)]));
  return {
    ...rest,
    operationId: `${operationId}Posted`,
    parameters: others.map(([name, field]) => parameter(name, field)),
    requestBody: {
      required: true,
      description: `The ${body} as it is, or a JSON object of fields; ${MOST_BODY_BYTES} bytes at most`,
      content: {
        "text/plain": { schema: { type: "string" } },
        "application/json": { schema: { type: "object", properties, required: [body], additionalProperties: false } },
      },
    },
    responses: { ...(responses as object), ...Object.fromEntries(Object.entries(POST_FAULTS).map(refused)) },
  };
}

function operation({ query, summary, contentType, answer, missing }: Endpoint): JsonSchema {
  const faults = missing === undefined ? FAULTS : { ...FAULTS, 404: missing };
  return {
    operationId: query.name.replace(".json", ""),
    summary,
    parameters: Object.entries(query.fields).map(([name, field]) => parameter(name, field)),
    responses: {
      200: { description: summary, content: { [contentType.split(";")[0]!]: { schema: answer } } },
      ...Object.fromEntries(Object.entries(faults).map(refused)),
    },
  };
}

function refused([status, description]: readonly [string, string]) {
  return [
    status,
    { description, content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } },
  ] as const;
}

function parameter(name: string, field: Field): JsonSchema {
  const { presence, description } = field;
  return { name, in: "query", required: presence === "required", description, schema: schemaOf(field) };
}

const schemaOf = ({ jsonSchema, default: value }: Field): JsonSchema =>
  value === undefined ? jsonSchema : { ...jsonSchema, default: value };
