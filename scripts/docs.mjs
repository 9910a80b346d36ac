// Fills the generated parts of the docs from the unit schemas: option tables in each unit's page, tables of units in
// the README, lists of pages in docs/README.md.
// With --check it writes nothing and fails when a page is stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { driftSchema } from "#kernels";
import {
  builtIn,
  checkpointSchema,
  configJsonSchema,
  manifestJsonSchema,
  optionTable,
  snapshotSchema,
} from "#pipelines";
import { fromTextsSchema } from "#sources";
import { readCooccurrenceSchema, readVectorsSchema } from "#storage";

const root = fileURLToPath(new URL("..", import.meta.url));
const checkOnly = process.argv.includes("--check");
const schemas = [...builtIn.units.values()];
/** Also those of functions that a config cannot name. */
const optionSchemas = [
  ...schemas,
  ...[checkpointSchema, driftSchema, fromTextsSchema, readCooccurrenceSchema, readVectorsSchema, snapshotSchema],
];

const pageOf = ({ name, kind }) => `docs/${kind}s/${name}.md`;
const unitTable = (kinds) =>
  [
    "| unit | reads | makes | what it does |",
    "|---|---|---|---|",
    ...schemas
      .filter(({ kind }) => kinds.includes(kind))
      .map(
        (schema) =>
          `| [\`${schema.name}\`](${pageOf(schema)}) | ${[schema.reads, ...Object.values(schema.needs ?? {})].join(", ")} | ${schema.makes} | ${schema.summary} |`,
      ),
  ].join("\n");
const modelTable = () =>
  [
    "| model | learns from | when | paper | file |",
    "|---|---|---|---|---|",
    ...schemas
      .filter(({ kind }) => kind === "model")
      .map((schema) => {
        const { arrives } = builtIn.kinds.get(schema.reads);
        const when = arrives === "stream" ? "online, while the text flows" : "from the finished table";
        return `| [\`${schema.name}\`](${pageOf(schema)}) | ${schema.reads} | ${when} | ${schema.paper} | \`models/${schema.name}/\` |`;
      }),
  ].join("\n");

/** One line a unit, as seen from docs/. */
const pageList = (kind) =>
  schemas
    .filter((schema) => schema.kind === kind)
    .map((schema) => `- [\`${schema.name}\`](${pageOf(schema).slice("docs/".length)}): ${schema.summary}`)
    .join("\n");

/** What of which unit `lexstream tune` searches. */
const tunableTable = () => {
  const spaceOf = (tune) =>
    "values" in tune
      ? tune.values.join(", ")
      : `${tune.from} to ${tune.to}${tune.scale === "log" ? ", by the logarithm" : ""}`;
  const rows = schemas.flatMap(({ name, fields }) =>
    Object.entries(fields)
      .filter(([, { tune }]) => tune)
      .map(([option, { tune }]) => `| \`${name}\` | \`${option}\` | ${spaceOf(tune)} |`),
  );
  return ["| model | option | searched |", "|---|---|---|", ...rows].join("\n");
};

const generators = {
  options: (name) => optionTable(optionSchemas.find((schema) => schema.name === name) ?? fail(`no unit "${name}"`)),
  units: (kind) => unitTable([kind]),
  models: modelTable,
  pages: pageList,
  tunable: tunableTable,
};

function fail(message) {
  throw new Error(`docs: ${message}`);
}

/** Replaces what stands between `<!-- KIND:NAME -->` and `<!-- /KIND -->`. */
function fill(text) {
  return text.replace(
    /(<!-- (options|units|models|pages|tunable)(?::(\w+))? -->)[\s\S]*?(<!-- \/\2 -->)/g,
    (_, open, kind, name, close) => [open, generators[kind](name), close].join("\n"),
  );
}

const jsonSchemas = {
  "docs/manifest.schema.json": manifestJsonSchema(),
  "docs/config.schema.json": configJsonSchema(),
};
const pages = ["README.md", ...readdirSync(join(root, "docs"), { recursive: true }).map((page) => join("docs", page))];
const stale = pages
  .filter((page) => page.endsWith(".md"))
  .filter((page) => {
    const before = readFileSync(join(root, page), "utf8");
    const after = fill(before);
    if (before !== after && !checkOnly) writeFileSync(join(root, page), after);
    return before !== after;
  });
for (const [page, schema] of Object.entries(jsonSchemas)) {
  const path = join(root, page);
  const text = `${JSON.stringify(schema, undefined, 2)}\n`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  if (!checkOnly) writeFileSync(path, text);
  stale.push(page);
}
const missing = schemas.map(pageOf).filter((page) => !pages.includes(page));
if (missing.length > 0) fail(`each unit must have a page, missing ${missing.join(", ")}`);
if (checkOnly && stale.length > 0) fail(`run npm run docs, stale: ${stale.join(", ")}`);
console.log(checkOnly ? "docs are up to date" : `docs: ${stale.length} pages written`);
