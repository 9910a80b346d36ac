import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { loadPipeline, type RunPipelineOptions, runPipeline } from "#pipelines";
import { command, startCommand } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const plugin = fileURLToPath(new URL("../fixtures/house/hotTerms.mjs", import.meta.url));
const config = `
source: { files: { paths: corpus.jsonl, labels: label } }
checkpoint: { every: 0s }
plugins: [${plugin}]
steps:
  - tokenize: { mode: chinese, batchSize: 7 }
  - buildVocab: { minCount: 1 }
  - encode
  - hotTerms
branches:
  counts:
    - countSpread
    - writeSpread: { path: spread.arrow }
  labels:
    - weigh: { needs: { spread: counts } }
    - learnPrototypes
    - writePrototypes: { path: prototypes.parquet }
tests:
  - documents: [the cat sat, 猫坐着]
    expect: { hotRows: [[none, cat, sat, the], [none, 坐, 猫, 着]] }
  - documents: [{ text: the cat sat, labels: [pets], weight: 2 }, { text: 2024, labels: [2024], weight: 0 }]
    expect: { hotRows: [[pets, cat, sat, the], ['2024', '2024']] }
`;
const documents = [
  { text: "the team won the match", label: "sport" },
  { text: "the bank raised its rates", label: "money" },
  { text: "球队赢得比赛", label: "体育" },
  { text: "银行提高利率", label: "money" },
];

interface Place {
  readonly config: string;
  readonly out: string;
}

async function prepare(change: (text: string) => string = (text) => text): Promise<Place> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.jsonl"), documents.map((document) => `${JSON.stringify(document)}\n`).join(""));
  writeFileSync(join(folder, "c.yaml"), change(config));
  return { config: join(folder, "c.yaml"), out: join(folder, "out") };
}

async function runIn({ config, out }: Place, options: Partial<RunPipelineOptions> = {}) {
  return runPipeline(await loadPipeline(config, { plugins: true }), { out, ...options });
}

/** Runs a command that must end well; returns what it prints. */
async function done(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await command(...args);
  expect([code, err.split("\n").filter((line) => !/%|tokens/.test(line))], args.join(" ")).toEqual([0, [""]]);
  return out;
}

describe("units and kinds of data from outside", () => {
  it("pass lint and the config's own tests, are listed, described and drawn", async () => {
    const { config } = await prepare();
    expect(await done("lint", config, "--plugins")).toContain("no problems");
    expect(await done("test", config, "--plugins")).toBe("2 passed, 0 failed\n");
    expect(await done("list", "--plugin", plugin)).toMatch(/^ *hotTerms +ids \+ vocabulary -> hotRows: /m);
    expect(await done("list", "weigh", "--plugin", plugin)).toContain(
      "reads hotRows, needs spread, makes weightedRows",
    );
    const schema = JSON.parse(await done("schema", "--plugin", plugin));
    expect(schema.$defs.learnPrototypes.properties.epochs).toMatchObject({ minimum: 1, default: 3 });
    expect(await done("graph", config, "--plugins")).toMatch(/-\. spread \.-> [\s\S]*-- prototypes --> /);
  });

  it("run, and leave what verify, diff, inspect and a run again know as theirs", async () => {
    const { config, out } = await prepare();
    expect(await done("run", config, "--plugins", "--out", out, "--progress", "none")).toContain("prototypes.parquet");
    expect(await done("inspect", join(out, "prototypes.parquet"), "--plugin", plugin)).toContain(
      "holds: prototypes\nrows: 15\n",
    );
    expect(await done("verify", out)).toMatch(/, 0 not\n$/);
    expect(await done("verify", "--rerun", out, "--plugins")).toBe("3 files as they were, 0 not\n");

    const other = `${out}-other`;
    const change = ["--set", "branches.labels.learnPrototypes.epochs=5"];
    await done("run", config, "--plugins", "--out", other, ...change);
    const { code, out: told } = await command("diff", "--plugins", out, other);
    expect(code).toBe(1);
    expect(told).toMatch(/prototypes\.parquet: .*\n +because: \/branches\/labels\/learnPrototypes\/epochs\n/);
    expect(told).not.toContain("spread.arrow");
  });

  it("end in the same bytes wherever the run was killed", async () => {
    const whole = await prepare();
    const expected = (await runIn(whole)).manifest.outputs;
    const stages: string[] = [];
    await runIn({ ...whole, out: `${whole.out}-again` }, { onProgress: ({ stage }) => stages.push(stage) });
    for (let k = 0; k < stages.length; k += 4) {
      const place = await prepare();
      await killAt(place, k);
      expect((await runIn(place, { resume: true })).manifest.outputs, `killed at ${k}`).toEqual(expected);
    }
    expect(new Set(stages)).toEqual(new Set(["reading", "encode", "weigh", "learnPrototypes"]));
  });

  it("account for what was left out before the rows that are read again, also in a run that goes on with them", async () => {
    const rare = () => prepare((text) => text.replace("minCount: 1", "minCount: 2"));
    const { conservation } = (await runIn(await rare())).manifest;
    const { read, used, belowMinCount } = conservation.find(({ branch }) => branch === "labels")!;
    expect([read, used, belowMinCount]).toEqual([16, 3, 13]); // "the" alone occurs twice or more
    const place = await rare();
    await killAt(place, 12);
    expect((await runIn(place, { resume: true })).manifest.conservation).toEqual(conservation);
  });

  it("are asked over HTTP what their kind says", async () => {
    const place = await prepare();
    await runIn(place);
    const file = join(place.out, "prototypes.parquet");
    const serving = startCommand(["serve", file, "--listen", "127.0.0.1:0", "--plugin", plugin]);
    await expect.poll(serving.out).toContain("http:");
    const [url] = /http:\S+/.exec(serving.out())!;
    // biome-ignore lint/suspicious/noExplicitAny: what comes is what the test is about
    const ask = async (path: string): Promise<any> => (await fetch(url + path)).json();
    await vi.waitFor(async () => expect(await ask("/status")).toMatchObject({ sequence: 1, weights: 15 }), {
      timeout: 60_000,
    });
    expect(await ask("/terms?label=sport&k=2")).toEqual({ sequence: 1, terms: ["match", "team"] });
    expect(await ask("/terms?label=spot")).toEqual({
      error: 'unknown label "spot"',
      suggestions: ["money", "sport", "体育"],
    });
    expect(Object.keys((await ask("/openapi.json")).paths)).toEqual([
      "/status",
      "/models",
      "/terms",
      "/metrics",
      "/openapi.json",
    ]);
    serving.interrupt();
    expect(await serving.ended).toBe(0);

    const unknown = await command("serve", join(place.out, "spread.arrow"), "--listen", "127.0.0.1:0");
    expect([unknown.code, unknown.err]).toEqual([
      1,
      `serve: ${join(place.out, "spread.arrow")} must hold what can be asked (vocabulary, contextVectors, cooccurrence, vectors, layout, classifier, languageModel, topics, searchIndex), got spread\n`,
    ]);
  });

  it("are code: nothing loads them unless the command line says so", async () => {
    const { config, out } = await prepare();
    const message = `plugins are code, which runs only with --plugins; got ${plugin}\n`;
    for (const args of [
      ["lint", config],
      ["graph", config],
      ["test", config],
      ["run", config, "--out", out],
    ]) {
      const { code, err } = await command(...args);
      expect([code, err], args[0]).toEqual([2, `${config}:4:1: /plugins: ${message}`]);
    }
    expect(existsSync(out)).toBe(false);
    await done("run", config, "--plugins", "--out", out);
    const rerun = await command("verify", "--rerun", out);
    expect([rerun.code, rerun.err.endsWith(message)]).toEqual([2, true]);
    expect((await command("list", "hotTerms")).err).toMatch(
      /^list: unknown unit "hotTerms".*; known units are files, /,
    );
    expect(await done("inspect", join(out, "prototypes.parquet"))).toContain("holds: prototypes");
  });

  it("are inputs of the run, and its manifest names the modules", async () => {
    const { config, out } = await prepare();
    const { manifest } = await runIn({ config, out });
    expect(manifest.inputs.map(({ path }) => basename(path))).toEqual(["corpus.jsonl", "hotTerms.mjs"]);
    expect(manifest.config.plugins).toEqual([plugin]);
  });
});

/** Runs to the end; at the k-th sign of progress the folder is copied as a power cut would leave it, and put in place of the result. */
async function killAt(place: Place, k: number): Promise<void> {
  const image = `${place.out}.image`;
  let seen = 0;
  const onProgress = () => {
    if (seen++ === k) cpSync(place.out, image, { recursive: true, filter: (path) => basename(path) !== ".lock" });
  };
  await runIn(place, { onProgress });
  if (!existsSync(image)) return;
  rmSync(place.out, { recursive: true });
  renameSync(image, place.out);
}
