import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { builtIn, compile, loadPlugins, parseConfig } from "#pipelines";

const plugin = fileURLToPath(new URL("../../fixtures/house/oneHot.mjs", import.meta.url));
const registry = await loadPlugins(builtIn, [plugin]);

const config = (branches: string) => `
source: { files: { paths: a.txt } }
steps: [tokenize, buildVocab, encode, oneHot]
branches:
${branches}`;
const counts = "  counts: [countSpread, writeSpread: { path: s.arrow }]\n";
const labels = (needs: string) => `  labels: [weigh: ${needs}, learnPrototypes]\n`;
const twice = (first: string, second: string) =>
  `  first: [weigh: { needs: { spread: ${first} } }, learnPrototypes]\n  second: [weigh: { needs: { spread: ${second} } }, learnPrototypes]\n`;

const fault = (branches: string): string => {
  try {
    compile(parseConfig(config(branches), "c.yaml"), { registry });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("what a step needs", () => {
  it.each([
    ["from a branch above", counts + labels("{ needs: { spread: counts } }")],
    ["from a branch below", labels("{ needs: { spread: counts } }") + counts],
  ])("comes %s", (_, branches) => expect(fault(branches)).toBe(""));

  it.each([
    [
      "that no step above makes",
      counts + labels("{}"),
      "c.yaml:6:12: /branches/labels/0/weigh: weigh needs spread, which no step above it makes; put countSpread in between",
    ],
    [
      "of no known name",
      counts + labels("{ needs: { spreads: counts } }"),
      'c.yaml:6:30: /branches/labels/0/weigh/needs/spreads: weigh: unknown need "spreads"; it needs spread',
    ],
    [
      "from a branch that is not there",
      counts + labels("{ needs: { spread: count } }"),
      'c.yaml:6:30: /branches/labels/0/weigh/needs/spread: weigh: spread must name a branch (counts, labels), got "count"',
    ],
    [
      "from a branch that makes something else",
      `  other: [writeIds: { path: i.arrow }]\n${labels("{ needs: { spread: other } }")}`,
      "c.yaml:6:30: /branches/labels/0/weigh/needs/spread: weigh needs spread, which branch other does not make",
    ],
    [
      "that is no map",
      counts + labels("{ needs: counts }"),
      'c.yaml:6:21: /branches/labels/0/weigh/needs: weigh: needs must be a map of spread to branches, got "counts"',
    ],
    [
      "from its own branch",
      labels("{ needs: { spread: labels } }"),
      "c.yaml:5:3: /branches/labels: branches must not need each other in a circle, got labels -> labels",
    ],
    [
      "in a circle",
      twice("second", "first"),
      "c.yaml:5:3: /branches/first: branches must not need each other in a circle, got first -> second -> first",
    ],
  ])("is refused where it is something %s", (_, branches, line) => {
    expect(fault(branches).split("\n")[0]).toBe(line);
  });
});
