import { allKinds } from "../../kinds/kinds.js";
import type { DataKind, Kind } from "../../schemas/index.js";
import { MANIFEST_FORMAT, type Manifest } from "./manifest.js";

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: "string" };
const count: Schema = { type: "integer", minimum: 0 };
const mapOf = (values: Schema): Schema => ({ type: "object", additionalProperties: values });
const listOf = (items: Schema): Schema => ({ type: "array", items });

function record(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: "object", required, additionalProperties: false, properties };
}

const file = {
  path: { ...text, description: "Relative to the run's folder, or absolute where the config names it so" },
  bytes: count,
  sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
  rows: { ...count, description: "Rows, lines or records that were written" },
};

const held = {
  holds: {
    ...text,
    description: "The kind of data that the file holds; left out for reports and what lies beside a file",
  },
  branch: { ...text, description: "The branch whose step wrote it; left out for the shared steps" },
  madeBy: { ...text, description: "The step that made what it holds: files of the same hold the same value" },
};

const step: Schema = {
  type: "object",
  description: "A unit's name, and its options with every default filled in",
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: { type: "object" },
};

const losses = {
  ...listOf(
    record(
      {
        ...{ examples: count, meanLoss: { type: "number" }, heldOutLoss: { type: "number" } },
        heldOutScores: { type: "object", additionalProperties: { type: "number" } },
      },
      ["heldOutLoss", "heldOutScores"],
    ),
  ),
  description: "One of each epoch",
};

/** One for each kind of data that says where it comes from. */
function originsOf(kinds: readonly DataKind[]): Readonly<Record<string, Schema>> {
  const described = kinds
    .filter(({ origin }) => origin)
    .map(({ name }) => [
      name,
      { ...mapOf(mapOf(text)), description: `What the ${name} of each model say of themselves` },
    ]);
  return Object.fromEntries(described);
}

const properties: Readonly<Record<Exclude<keyof Manifest, Kind>, Schema>> = {
  format: { const: MANIFEST_FORMAT, description: "Version of this form" },
  lexstream: { ...text, description: "Version of lexstream that made the run" },
  node: { ...text, description: "Version of Node it ran on" },
  name: text,
  configFile: { ...text, description: "Where the config lay" },
  about: {
    ...mapOf(text),
    description: "What the config says of the dataset: description, license, url, creator, datePublished",
  },
  seed: count,
  config: {
    ...record({ plugins: listOf(text), source: step, steps: listOf(step), branches: mapOf(listOf(step)) }, ["plugins"]),
    description: "The config with every default filled in; relative paths of what it reads start from the run's folder",
  },
  inputs: listOf(record({ ...file, counts: mapOf(count) }, ["rows"])),
  outputs: listOf(record({ ...file, ...held }, ["rows", ...Object.keys(held)])),
  counts: {
    ...mapOf(count),
    description: "What was counted over the whole run, in tokens unless the name says otherwise",
  },
  conservation: {
    ...listOf({
      type: "object",
      required: ["branch", "epochs", "read", "used"],
      properties: { branch: text },
      additionalProperties: count,
    }),
    description: "Where every token went: read is the sum of all other counts",
  },
  losses: { ...mapOf(losses), description: "Mean loss per example, by model" },
};

/** JSON Schema (2020-12) of the manifest that ends a run over such kinds of data. */
export function manifestJsonSchema(kinds: readonly DataKind[] = allKinds()): Schema {
  const origins = originsOf(kinds);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "lexstream manifest",
    ...record({ ...properties, ...origins }, Object.keys(origins)),
  };
}
