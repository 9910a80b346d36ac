import { identity } from "rxjs";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { builtIn, configJsonSchema, exampleOf, optionTable, unitHelp } from "#pipelines";
import { checkOptions, defineUnit, integer, oneOf, text } from "#schemas";

const schema = defineUnit({
  name: "example",
  kind: "sink",
  reads: "ids",
  makes: "ids",
  summary: "shows how units are described",
  paper: "Doe 2020",
  fields: {
    path: text({ description: "where to write" }),
    size: integer({ description: "how many", default: 5, min: 1 }),
    kind: oneOf(["a", "b"], { description: "which", optional: true }),
  },
  create: () => identity,
});

describe("a unit's description", () => {
  it("is a Markdown table of its options", () => {
    expect(optionTable(schema)).toBe(`| option | must be | default | meaning |
|---|---|---|---|
| \`path\` | a text | required | where to write |
| \`size\` | an integer >= 1 | \`5\` | how many |
| \`kind\` | one of a, b | none | which |`);
  });

  it("is plain text for a terminal", () => {
    expect(unitHelp(schema)).toBe(`example (sink): shows how units are described
reads ids, makes ids

Options:
  path: a text (required)
      where to write
  size: an integer >= 1 (5)
      how many
  kind: one of a, b (none)
      which

In a config:
  - example: { path: ..., size: 5 }

See Doe 2020`);
  });

  it("is a definition in the JSON Schema of configs, where names alone stand for units that need no option", () => {
    const { $defs, properties } = configJsonSchema() as {
      $defs: Record<string, unknown>;
      properties: { steps: { items: { oneOf: [{ enum: string[] }] } } };
    };
    expect(Object.keys($defs)).toEqual([...builtIn.units.keys()]);
    expect($defs.buildVocab).toMatchObject({ properties: { minCount: { type: "integer", minimum: 1, default: 5 } } });
    expect(properties.steps.items.oneOf[0].enum).toContain("tokenize");
    expect(properties.steps.items.oneOf[0].enum).not.toContain("writeVectors");
  });

  it("shows how each unit is written, with options that it takes", () => {
    for (const unit of builtIn.units.values()) {
      const written = parseYaml(exampleOf(unit)) as unknown;
      const step = unit.kind === "source" ? (written as { source: unknown }).source : (written as unknown[])[0];
      const [name, options] = typeof step === "string" ? [step, {}] : Object.entries(step as object)[0]!;
      expect(name).toBe(unit.name);
      expect(exampleOf(unit)).not.toContain("..."); // a required option has an example beside it
      expect(checkOptions(unit, options)).toEqual([]);
    }
    expect(exampleOf(builtIn.units.get("writeVectors")!)).toBe("- writeVectors: { path: vectors.bin, format: auto }");
    expect(exampleOf(builtIn.units.get("encode")!)).toBe("- encode");
    expect(exampleOf(builtIn.units.get("nats")!)).toContain("source: { nats: { stream: news");
  });
});
