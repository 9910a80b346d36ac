import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { builtIn, compile, loadPlugins, parseConfig, withUnits } from "#pipelines";
import { type AnyUnit, defineKind } from "#schemas";

const plugin = fileURLToPath(new URL("../../fixtures/house/hotTerms.mjs", import.meta.url));
const registry = await loadPlugins(builtIn, [plugin]);

const config = (branches: string) => `
source: { files: { paths: a.txt } }
steps: [tokenize, buildVocab, encode, hotTerms]
branches:
${branches}`;
const counts = "  counts: [countSpread, writeSpread: { path: s.arrow }]\n";
const labels = (needs: string) => `  labels: [weigh: ${needs}, learnPrototypes]\n`;
const twice = (first: string, second: string) =>
  `  first: [weigh: { needs: { spread: ${first} } }, learnPrototypes]\n  second: [weigh: { needs: { spread: ${second} } }, learnPrototypes]\n`;

function faultIn(text: string, units = registry): string {
  try {
    compile(parseConfig(text, "c.yaml"), { registry: units });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
const fault = (branches: string) => faultIn(config(branches));

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

describe("what must be read or kept again", () => {
  const formless = defineKind({ name: "formless", arrives: "whole" } as never);
  const unit = (name: string, kind: string, rest: object) =>
    ({ name, kind, summary: "As a test wants it", fields: {}, create: () => () => {}, ...rest }) as unknown as AnyUnit;
  const units = [
    unit("lateSink", "sink", { reads: "contexts", makes: "contexts", needs: { spread: "spread" } }),
    unit("makeFormless", "operator", { reads: "ids", makes: "formless" }),
    unit("takeFormless", "sink", { reads: "formless", makes: "formless" }),
  ];
  const extended = withUnits(registry, { units, kinds: [formless] });
  const faultOf = (text: string) => faultIn(text, extended);

  it("is refused where the stream cannot be kept", () => {
    const branches = `${counts}  late: [windowContexts, lateSink: { needs: { spread: counts } }]`;
    expect(faultOf(config(branches))).toBe(
      "c.yaml:6:26: /branches/late/1/lateSink: lateSink must read contexts again, which cannot be kept; put it behind contexts that can",
    );
  });

  it("is refused where a checkpoint could not keep a value, unless there are none", () => {
    const text =
      "source: { files: { paths: a.txt } }\nsteps: [tokenize, buildVocab, encode, makeFormless, takeFormless]\n";
    expect(faultOf(text)).toBe(
      "c.yaml:2:39: /steps/3: makeFormless makes formless, which checkpoints cannot keep: its kind must have a table, or checkpoint.every be never",
    );
    expect(faultOf(`${text}checkpoint: { every: never }`)).toBe("");
  });
});
