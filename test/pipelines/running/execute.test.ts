import { join } from "node:path";
import { defer, ignoreElements, mergeMap, type Observable, pipe, tap, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { builtIn, compile, execute, parseConfig, withUnits } from "#pipelines";
import { currentScope, Ledger } from "#runtime";
import { type AnyUnit, defineKind, type IdBatch, integer } from "#schemas";
import { fromTexts } from "#sources";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** All batches of ids, and what a model makes of ids: how many each of its passes had. */
const pile = defineKind({ name: "pile", arrives: "whole" } as never);
const tallies = defineKind({ name: "tallies", arrives: "whole" } as never);

/** A stage that takes what it reads says so. */
const taken = (ids$: Observable<IdBatch>) =>
  defer(() => {
    const scope = currentScope();
    return ids$.pipe(tap(({ ids }) => scope.took(ids.length)));
  });

/** Units that stack batches, and models that tell when they are made and closed. */
function prepare() {
  const log: string[] = [];
  const unit = (name: string, rest: object) =>
    ({ name, summary: "As a test wants it", fields: {}, ...rest }) as unknown as AnyUnit;
  const modelOf = (name: string, epochs: number) => {
    const passes: number[] = [];
    log.push(`${name} made`);
    return {
      ...{ name, reads: "ids", makes: "tallies", epochs },
      begin: () => void log.push(`${name} begun`),
      update({ ids, epoch }: IdBatch) {
        passes[epoch] = (passes[epoch] ?? 0) + ids.length;
        return { taken: ids.length, examples: ids.length, loss: 0, epoch };
      },
      result: () => passes,
      close: () => log.push(`${name} closed`),
    };
  };
  const units = [
    unit("stack", {
      ...{ kind: "operator", reads: "ids", makes: "pile" },
      create: () => pipe(taken, toArray()),
    }),
    unit("unstack", {
      ...{ kind: "operator", reads: "pile", makes: "ids" },
      create: (_: unknown, __: unknown, { epoch }: { readonly epoch: number }) =>
        mergeMap((batches: readonly IdBatch[]) => batches.map((batch) => ({ ...batch, epoch }))),
    }),
    unit("nothing", { kind: "operator", reads: "ids", makes: "pile", create: () => pipe(taken, ignoreElements()) }),
    unit("tally", {
      ...{ kind: "model", reads: "ids", makes: "tallies" },
      fields: { epochs: integer({ description: "Passes", default: 1, min: 1 }) },
      create: (_: unknown, { epochs }: { readonly epochs: number }) => modelOf(`tally${epochs}`, epochs),
    }),
  ];
  const registry = withUnits(builtIn, { units, kinds: [pile, tallies] });
  const results = new Map<string, unknown>();
  const run = async (branches: string) => {
    const folder = await temporaryFolder();
    const config = `
source: { files: { paths: a.txt } }
checkpoint: { every: never }
steps: [tokenize, buildVocab: { minCount: 1 }, encode]
branches:
${branches}`;
    const pipeline = compile(parseConfig(config, "c.yaml"), { registry });
    log.length = 0; // to check a config, models are made, too
    return execute(pipeline, {
      source: () => fromTexts(["a b a c", "猫 b"]),
      sourceBytes: undefined,
      logPath: (name) => join(folder, name),
      ledger: new Ledger(),
      optionsOf: ({ options }) => options,
      onValue: ({ unit, branch, makes }, value) => makes === tallies && results.set(`${branch} ${unit.name}`, value),
    });
  };
  return { log, results, run };
}

describe("a run", () => {
  it("makes and begins each model once, feeds it as often as it wants, and closes it when its last pass is over", async () => {
    const { log, results, run } = prepare();
    const { losses, conservation } = await run("  fast: [tally: { epochs: 2 }]\n  slow: [tally: { epochs: 3 }]");
    expect([...results]).toEqual([
      ["fast tally", [6, 6]],
      ["slow tally", [6, 6, 6]],
    ]);
    expect(log).toEqual(["made", "begun", "closed"].flatMap((what) => [`tally2 ${what}`, `tally3 ${what}`]));
    expect([...losses.values()].map(({ length }) => length)).toEqual([2, 3]);
    expect(conservation.map(({ branch, epochs, read, used }) => [branch, epochs, read, used])).toEqual([
      ["fast", 2, 12, 12],
      ["slow", 3, 18, 18],
    ]);
  });

  it("lets a model have its own passes over what comes of a whole value", async () => {
    const { log, results, run } = prepare();
    await run("  first: [tally: { epochs: 2 }]\n  then: [stack, unstack, tally: { epochs: 3 }]");
    expect([...results]).toEqual([
      ["first tally", [6, 6]],
      ["then tally", [6, 6, 6]],
    ]);
    expect(log.filter((line) => line.endsWith("made"))).toHaveLength(2);
  });

  it("ends where a step makes nothing that others want, and names it", async () => {
    const { log, run } = prepare();
    await expect(run("  all: [nothing, unstack, tally]")).rejects.toThrow("nothing: must make pile, got nothing");
    expect(log).toEqual(["tally1 made", "tally1 closed"]);
  });
});
