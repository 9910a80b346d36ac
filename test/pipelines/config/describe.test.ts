import { identity } from "rxjs";
import { describe, expect, it } from "vitest";
import { builtIn, configJsonSchema, optionTable, unitHelp } from "#pipelines";
import { defineUnit, integer, oneOf, text } from "#schemas";

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
});
