import { type AnyQuestion, didYouMean, type JsonSchema, type OptionsSchema, text } from "../schemas/index.js";
import type { Endpoint, EndpointContext } from "./endpoint.js";
import { HttpFault } from "./httpFault.js";
import { openApi } from "./openApi.js";
import type { ModelToServe, ServedModel } from "./servedModel.js";
import type { StatusCounters } from "./snapshot.js";

const modelField = text({ description: "Which of the models in /models; the first if left out", optional: true });
const integer: JsonSchema = { type: "integer" };
const string: JsonSchema = { type: "string" };

/**
 * Everything that can be asked of some values, and of the server; `others` are endpoints that know no model. The queries are parsed by
 * these schemas, and the OpenAPI description is made of them.
 */
export function endpointsOf(models: readonly ModelToServe[], others: readonly Endpoint[] = []): readonly Endpoint[] {
  const questions = new Map(models.flatMap(({ answers }) => answers.questions.map((each) => [each.name, each])));
  const told = [...new Set(models.flatMap(({ answers }) => Object.keys(answers.told ?? {})))];
  const about = [...new Set(models.map(({ answers }) => answers.about))].join(", ");
  const endpoints: readonly Endpoint[] = [
    {
      ...json(
        { name: "status", fields: { model: modelField } },
        "How far learning has come, and which snapshot answers",
      ),
      answer: statusSchema(told),
      handle: ({ model }, context) => {
        const asked = modelOf(context, model);
        return { ...summaryOf(asked), counters: asked.status };
      },
    },
    {
      ...json({ name: "models", fields: {} }, "What is asked: the values by name, and what each can answer"),
      answer: modelsSchema,
      handle: (_, context) => ({ models: context.models.map(cardOf) }),
    },
    ...[...questions.values()].map(endpointOf),
    ...others,
    {
      ...json({ name: "metrics", fields: {} }, "The same numbers for Prometheus"),
      contentType: "text/plain; version=0.0.4; charset=utf-8",
      answer: { type: "string" },
      handle: (_, { models: [first], metrics }) => metrics.text(first ? numbersOf(first) : {}),
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

function endpointOf({ name, fields, body, summary, reply, mayReply, missing }: AnyQuestion): Endpoint {
  return {
    ...json({ name, fields: { ...fields, model: modelField } }, summary),
    answer: counted(reply, mayReply),
    body,
    missing,
    handle: ({ model, ...settings }, context) => {
      const asked = modelOf(context, model, name);
      const { answer } = asked.question(name)!;
      return asked.ask(async ({ sequence, asked }) => ({
        sequence,
        ...(await answer(asked as never, settings as never)),
      }));
    },
  };
}

/**
 * The model that was named; without a name the first, or the first of those that offer the question. One that does not offer it says itself why.
 * @throws HttpFault 404 if there is none
 */
function modelOf({ models }: EndpointContext, name: unknown, question?: string): ServedModel {
  const able = models.filter((model) => question === undefined || model.question(question));
  const offering = able.find(
    (model) => question === undefined || model.questions.some((each) => each.name === question),
  );
  const found = name === undefined ? (offering ?? able[0]) : able.find((model) => model.name === name);
  if (found) return found;
  const known = able.map((model) => model.name);
  const what = question === undefined ? "model" : `model for ${question}`;
  throw new HttpFault(404, `unknown ${what} ${JSON.stringify(name)}${didYouMean(String(name), known)}`, {
    details: { suggestions: known },
  });
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
    tokens: integer,
    documents: integer,
    ...Object.fromEntries(told.map((name) => [name, integer])),
    counters: { type: "object", description: "What the run tells of itself" },
  },
  required: ["counters"],
  additionalProperties: false,
});

const modelsSchema: JsonSchema = {
  type: "object",
  properties: {
    models: {
      type: "array",
      items: {
        type: "object",
        properties: {
          model: string,
          kind: { type: "string", description: "What kind of data it is" },
          questions: { type: "array", items: string, description: "Names of the endpoints that it answers" },
          summary: { type: "object", description: "As in /status" },
          facts: { type: "object", description: "Its run, its file, what was measured" },
        },
        required: ["model", "kind", "questions", "summary", "facts"],
        additionalProperties: false,
      },
    },
  },
  required: ["models"],
  additionalProperties: false,
};

/** What `/models` tells of one. */
export function cardOf(model: ServedModel) {
  const { name, kind, questions, facts } = model;
  return { model: name, kind, questions: questions.map(({ name }) => name), summary: summaryOf(model), facts };
}

/** Which snapshot answers, and what is told of it; `isFixed` numbers are left out where only changing ones are wanted. */
function summaryOf({ current, answers: { told = {} } }: ServedModel, changing = false): Record<string, number> {
  if (!current) return {};
  const { sequence, tokens, documents, asked } = current;
  return {
    sequence,
    ...(tokens === undefined ? {} : { tokens }),
    ...(documents === undefined ? {} : { documents }),
    ...Object.fromEntries(
      Object.entries(told)
        .filter(([, { isFixed }]) => !(changing && isFixed))
        .map(([name, { of }]) => [name, of(asked as never)]),
    ),
  };
}

/** The numbers of `/status` that change, by name. */
function numbersOf(model: ServedModel): Record<string, number> {
  const { sequence, ...counts } = summaryOf(model, true);
  return {
    ...numbersIn(model.status),
    ...Object.fromEntries(Object.entries(counts).map(([name, value]) => [`snapshot_${name}`, value])),
    ...(sequence === undefined ? {} : { snapshot_sequence: sequence }),
  };
}

function numbersIn(status: StatusCounters): Record<string, number> {
  const numbers = Object.entries(status).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(numbers);
}
