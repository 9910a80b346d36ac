import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const head = (change: string, create = "() => (tokens) => tokens") => `export const own = {
  name: "own", kind: "operator", reads: "tokens", makes: "tokens", summary: "One of my own", fields: {},
  create: ${create},
  ${change}
};`;
const spots = `export const spots = { name: "spots", arrives: "whole" };\n`;

async function project(
  module: string | undefined,
  steps: string,
): Promise<{ config: string; out: string; plugin: string }> {
  const folder = await temporaryFolder();
  const [config, plugin] = [join(folder, "c.yaml"), join(folder, "own.mjs")];
  const text = `source: { files: { paths: c.yaml, format: lines } }\nplugins: [own.mjs]\nsteps:\n${steps}`;
  writeFileSync(config, text);
  if (module === ".") mkdirSync(plugin);
  else if (module !== undefined) writeFileSync(plugin, module);
  return { config, out: join(folder, "out"), plugin };
}

const steps = "  - tokenize\n  - own\n  - buildVocab: { minCount: 1 }\n  - writeVocabulary: { path: vocab.txt }\n";

describe("a module that cannot be used", () => {
  it.each([
    ["is not there", undefined, "must be a module that can be loaded, got no file of that name"],
    ["throws", "throw new Error('no luck\\nat all')", "must be a module that can be loaded, got no luck"],
    [
      "imports what is not there",
      "import 'nowhere'",
      "must be a module that can be loaded, got one that imports nowhere, which is not there",
    ],
    ["is a folder", ".", "must be a module that can be loaded, got a folder"],
    ["exports nothing", "", "must export units made with defineUnit, got none"],
    [
      "exports something else",
      "export const own = () => 1; export const name = 'own';",
      "must export units made with defineUnit, got none",
    ],
    [
      "has a taken name",
      head("").replace('"own"', '"tokenize"'),
      ": tokenize: a unit must have a name of its own, got one that is taken",
    ],
    [
      "has a taken kind",
      `${spots.replace('"spots"', '"ids"')}${head("")}`,
      ": ids: a kind of data must have a name of its own, got one that is taken",
    ],
    [
      "makes what nobody describes",
      head('makes: "spots",'),
      ': own: kinds of data must be described by defineKind, got "spots", which is not',
    ],
    [
      "needs what nobody describes",
      head('needs: { a: "spots" },'),
      ': own: kinds of data must be described by defineKind, got "spots", which is not',
    ],
    [
      "is of no sort",
      head('kind: "filter",'),
      ': own: kind must be one of source, operator, model, sink, got "filter"',
    ],
    ["has no function", head("create: undefined,"), ": own: create must be a function, got nothing"],
    [
      "has fields of its own making",
      head("fields: { size: 3 },"),
      ': own: fields must be a map of option fields, got {"size":3}',
    ],
    [
      "has a name that no config could write",
      head('name: "my unit",'),
      ': my unit: name must be letters and digits that begin with a letter, got "my unit"',
    ],
    [
      "has a kind that never arrives",
      `${spots.replace("whole", "never")}${head("")}`,
      ': spots: arrives must be one of stream, whole, got "never"',
    ],
  ])("since it %s is refused in one line, and nothing is written", async (_, module, fault) => {
    const { config, out, plugin } = await project(module, steps);
    const where = `plugins: ${plugin}${fault.startsWith(":") ? "" : " "}${fault}\n`;
    for (const args of [
      ["lint", config],
      ["run", config, "--out", out],
    ]) {
      const { code, err } = await command(...args, "--plugins");
      expect([code, err]).toEqual([2, `${config}:2:1: /plugins: ${where}`]);
    }
    expect(existsSync(out)).toBe(false);
    const { code, err } = await command("list", "--plugin", plugin);
    expect([code, err]).toEqual([2, where]);
  });
});

describe("a unit that does not do what it says", () => {
  it.each([
    [
      "returns nothing",
      head("", "() => undefined"),
      "own: create must return an operator, which is a function, got nothing",
    ],
    [
      "is a model that cannot learn",
      head('kind: "model",', "() => ({ result() {}, close() {} })"),
      "own: create must return a model with update or fit, result, close, and epochs from 1, got {}",
    ],
    [
      "can only fit, and reads a stream",
      head('kind: "model",', "() => ({ epochs: 1, async *fit() {}, result() {}, close() {} })"),
      "own: must have update to learn from tokens, got a model without",
    ],
    [
      "cannot be made",
      head("", "() => { throw new Error('no luck') }"),
      "own: must be made without a fault, got no luck",
    ],
  ])("since it %s is refused before anything is read", async (_, module, fault) => {
    const { config, out } = await project(module, steps);
    for (const args of [
      ["lint", config],
      ["run", config, "--out", out],
    ]) {
      const { code, err } = await command(...args, "--plugins");
      expect([code, err.split("\n")[0]]).toEqual([2, `${config}:5:5: /steps/1: ${fault}`]);
    }
    expect(existsSync(out)).toBe(false);
  });

  const learning = steps.replace(/own[\s\S]*/, "own\n");
  it.each([
    [
      "an operator that throws",
      steps,
      head("", "() => () => { throw new Error('no luck') }"),
      "own: must not fail, got no luck",
    ],
    [
      "a model whose steps tell nothing",
      learning,
      head('kind: "model",', "() => ({ name: 'own', epochs: 1, update() {}, result() {}, close() {} })"),
      "own: a step must tell numbers of taken, examples, loss and epoch, got undefined",
    ],
    [
      "a model that takes half of it",
      learning,
      head(
        'kind: "model",',
        "() => ({ name: 'own', epochs: 1, update: () => ({ taken: 1, examples: 1, loss: 0, epoch: 0 }), result() {}, close() {} })",
      ),
      /^own: a step must take all \d+ tokens that it is given, got 1$/,
    ],
  ])(
    "fails in the run in one line that says whose fault it is, and leaves nothing half written: %s",
    async (_, steps, module, fault) => {
      const { config, out } = await project(module, steps);
      const { code, err } = await command("run", config, "--plugins", "--out", out, "--progress", "none");
      expect(code).toBe(1);
      expect(err.trimEnd()).toEqual(typeof fault === "string" ? fault : expect.stringMatching(fault));
      expect(existsSync(join(out, "manifest.json"))).toBe(false);
    },
  );
});
