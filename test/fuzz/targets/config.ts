import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { ConfigError, compile, parseConfig } from "#pipelines";
import { assertClear, edited, edits, target } from "../target.js";

const folder = new URL("../../../pipelines/configs/", import.meta.url);
const signs = [
  "- ",
  ": ",
  "{",
  "}",
  "[",
  "]",
  "&a ",
  "*a",
  "&a [*a]",
  "!!js ",
  "<<: *a",
  "__proto__: 1",
  "$" + "{X:1}",
  "\n  ",
  "\t",
];
const values = [
  "null",
  "1e999",
  "-1",
  "0x10",
  ".nan",
  "''",
  '"',
  "|\n",
  ">",
  "#",
  "? ",
  "%",
  "@",
  "`",
  "\0",
  "猫",
  "\ud800",
];

/** Whatever the text, the parser and the lint accept it or say what is wrong with it and where. */
export const config = target("config", () => {
  const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const words = [...new Set(texts.join(" ").match(/[\w.]+/g))];
  const changed = fc
    .tuple(fc.oneof(...texts.map((text) => fc.subarray(text.split("\n")))), edits([...signs, ...values, ...words]))
    .map(([lines, changes]) => edited(lines.join("\n"), changes));
  const key = fc.constantFrom(...words);
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.oneof(key, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.string()),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
    ),
  }));
  const json = fc
    .record(
      { source: tree, steps: fc.array(tree, { maxLength: 4 }), branches: tree, tests: tree },
      { requiredKeys: [] },
    )
    .map((data) => JSON.stringify(data));
  return {
    cases: fc.record({ text: fc.oneof(changed, json) }),
    check({ text }) {
      try {
        compile(parseConfig(text, "c.yaml", { env: {} }));
      } catch (error) {
        if (!(error instanceof ConfigError) || error.problems.length === 0) throw error;
        for (const { message } of error.problems) assertClear(new Error(message));
      }
    },
  };
});
