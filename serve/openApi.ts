import type { Field, JsonSchema } from "../schemas/index.js";
import type { Endpoint } from "./endpoint.js";

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

/** The OpenAPI 3.1 description of some endpoints. */
export function openApi(about: string, endpoints: readonly Endpoint[]): JsonSchema {
  return {
    openapi: "3.1.0",
    info: {
      title: "lexstream",
      version: "1",
      description: `Questions about ${about}, while they are learned. Every answer comes from one snapshot.`,
    },
    paths: Object.fromEntries(endpoints.map((endpoint) => [`/${endpoint.query.name}`, { get: operation(endpoint) }])),
    components: {
      schemas: { Error: ERROR },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    security: [{}, { token: [] }],
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
      ...Object.fromEntries(
        Object.entries(faults).map(([status, description]) => [
          status,
          { description, content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } },
        ]),
      ),
    },
  };
}

function parameter(name: string, { presence, description, jsonSchema, default: value }: Field): JsonSchema {
  const schema = value === undefined ? jsonSchema : { ...jsonSchema, default: value };
  return { name, in: "query", required: presence === "required", description, schema };
}
