import { stringify } from "yaml";
import type { AnyUnit, Field, OptionsSchema } from "../../schemas/index.js";
import { checkpointSchema } from "./checkpointSchema.js";
import { maxRejectedField } from "./config.js";
import { type CONFIG_KEYS, DATASET_KEYS } from "./configKeys.js";
import { builtIn, type Registry } from "./registry.js";
import { snapshotSchema } from "./snapshotSchema.js";

/** A unit's options as a Markdown table. */
export function optionTable({ fields }: OptionsSchema): string {
  const entries = Object.entries(fields);
  if (entries.length === 0) return "No options.";
  const rows = entries.map(
    ([name, field]) => `| \`${name}\` | ${field.expects} | ${defaultText(field, "`")} | ${field.description} |`,
  );
  return ["| option | must be | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

/** A unit and its options as plain text for a terminal. */
export function unitHelp(schema: AnyUnit): string {
  const options = Object.entries(schema.fields).flatMap(([name, field]) => [
    `  ${name}: ${field.expects} (${defaultText(field, "")})`,
    `      ${field.description}`,
  ]);
  const paper = schema.paper ? ["", `See ${schema.paper}`] : [];
  return [
    `${schema.name} (${schema.kind}): ${schema.summary}`,
    `reads ${schema.reads}${needsText(schema)}, makes ${schema.makes}`,
    "",
    ...(options.length > 0 ? ["Options:", ...options] : ["No options."]),
    "",
    "In a config:",
    `  ${exampleOf(schema)}`,
    ...paper,
  ].join("\n");
}

/** How a step is written: `- writeVectors: { path: vectors.bin }`, with what must be given, and a few defaults that could be changed. */
export function exampleOf({ kind, name, fields }: AnyUnit): string {
  const entries = Object.entries(fields);
  const required = entries.filter(([, { presence }]) => presence === "required");
  const changeable = entries.filter(([, { presence }]) => presence === "default").slice(0, SHOWN_DEFAULTS);
  const shown = Object.fromEntries([
    ...required.map(([option, { example = "..." }]) => [option, example]),
    ...changeable.map(([option, field]) => [option, field.default]),
  ]);
  const options = stringify(shown, { collectionStyle: "flow", lineWidth: 0 }).trim();
  const step = options === "{}" ? name : `${name}: ${options}`;
  if (kind !== "source") return `- ${step}`;
  return step === name ? `source: ${name}` : `source: { ${step} }`;
}

const SHOWN_DEFAULTS = 3;

/** `, needs vocabulary` */
function needsText({ needs = {} }: AnyUnit): string {
  const kinds = Object.values(needs);
  return kinds.length > 0 ? `, needs ${kinds.join(" and ")}` : "";
}

/** What a unit takes, and what it makes: `tokens + vocabulary -> ids`. */
export function flowOf({ reads, needs = {}, makes }: AnyUnit): string {
  return `${[reads, ...Object.values(needs)].join(" + ")} -> ${makes}`;
}

function defaultText(field: Field, quote: string): string {
  if (field.presence === "required") return "required";
  if (field.presence === "optional") return "none";
  return `${quote}${JSON.stringify(field.default)}${quote}`;
}

/** JSON Schema (2020-12) of a config, for editors and other programs. */
export function configJsonSchema({ units }: Registry = builtIn): Record<string, unknown> {
  const schemas = [...units.values()];
  const sources = schemas.filter(({ kind }) => kind === "source");
  const steps = schemas.filter(({ kind }) => kind !== "source");
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "lexstream pipeline",
    type: "object",
    required: ["source"],
    additionalProperties: false,
    properties: {
      name: { type: "string" },
      description: { type: "string" },
      dataset: {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(DATASET_KEYS.map((key) => [key, { type: "string" }])),
      },
      seed: { type: "integer", minimum: 0, default: 1 },
      maxRejected: { ...maxRejectedField.jsonSchema, description: maxRejectedField.description, default: 0 },
      checkpoint: optionsJsonSchema(checkpointSchema),
      snapshot: optionsJsonSchema(snapshotSchema),
      plugins: { type: "array", items: { type: "string", minLength: 1 } },
      source: oneStep(sources),
      steps: { type: "array", items: oneStep(steps) },
      branches: { type: "object", additionalProperties: { type: "array", items: oneStep(steps), minItems: 1 } },
      tests: { type: "array", items: testSchema },
    } satisfies Record<(typeof CONFIG_KEYS)[number], unknown>,
    $defs: Object.fromEntries(schemas.map((schema) => [schema.name, optionsJsonSchema(schema)])),
  };
}

const documentSchema = {
  type: "object",
  required: ["text"],
  additionalProperties: false,
  properties: {
    text: { type: "string" },
    id: { type: ["string", "integer", "null"] },
    labels: { type: "array", items: { type: "string", minLength: 1 } },
    weight: { type: "number", minimum: 0 },
    fields: { type: "object", additionalProperties: { type: ["string", "number", "boolean", "null"] } },
  },
};

const testSchema = {
  type: "object",
  required: ["documents", "expect"],
  additionalProperties: false,
  properties: {
    name: { type: "string" },
    documents: { type: "array", items: { anyOf: [{ type: "string" }, documentSchema] } },
    expect: { type: "object", minProperties: 1 },
  },
};

/** `{ tokenize: { mode: words } }`, or just the name where every option may be left out. */
function oneStep(schemas: readonly AnyUnit[]): Record<string, unknown> {
  const needsNothing = (schema: AnyUnit) =>
    Object.values(schema.fields).every(({ presence }) => presence !== "required");
  const asMaps = schemas.map(({ name }) => ({
    type: "object",
    required: [name],
    additionalProperties: false,
    properties: { [name]: { $ref: `#/$defs/${name}` } },
  }));
  return { oneOf: [{ enum: schemas.filter(needsNothing).map(({ name }) => name) }, ...asMaps] };
}

/** As editors show it, which say nothing of a default themselves. */
const presetText = (field: Field) =>
  field.default === undefined ? field.presence : `default ${defaultText(field, "")}`;

/** JSON Schema of one unit's options. */
export function optionsJsonSchema({
  summary,
  needs,
  fields,
}: OptionsSchema & Partial<Pick<AnyUnit, "summary" | "needs">>): Record<string, unknown> {
  const entries = Object.entries(fields);
  const properties = entries.map(([name, field]) => [
    name,
    {
      ...field.jsonSchema,
      description: `${field.description} (${field.expects}; ${presetText(field)})`,
      ...(field.default === undefined ? {} : { default: field.default }),
    },
  ]);
  return {
    ...(summary === undefined ? {} : { description: summary }),
    type: ["object", "null"],
    additionalProperties: false,
    required: entries.filter(([, { presence }]) => presence === "required").map(([name]) => name),
    properties: { ...Object.fromEntries(properties), ...(needs ? { needs: needsJsonSchema(needs) } : {}) },
  };
}

/** Which branch each needed value comes from, where it is not the nearest step above. */
function needsJsonSchema(needs: NonNullable<AnyUnit["needs"]>): Record<string, unknown> {
  return {
    type: "object",
    description: "Branches that needed values come from; the nearest step above if left out",
    additionalProperties: false,
    properties: Object.fromEntries(Object.keys(needs).map((need) => [need, { type: "string" }])),
  };
}
