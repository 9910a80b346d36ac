import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateVectors, fileOfRun, loadVectors, type Manifest, openCooccurrence, outputsIn } from "#pipelines";
import { command, startCommand } from "../../support/command.js";
import { smallRun } from "../../support/smallRun.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** With two models, two tables in one branch, a table of documents and a report. */
const manyOutputs = (text: string) =>
  `${text
    .replace("maxRejected: 1", "maxRejected: 1, fields: [no]")
    .replace("- encode", "- encode\n  - writeDocuments: { path: documents.arrow }")
    .replace(
      "path: table.arrow }",
      "path: table.arrow }\n    - associate\n    - writeCooccurrence: { path: weighted.arrow }",
    )}
  cbow:
    - windowContexts: { radius: fixed, sample: 0 }
    - word2vec: { vectorSize: 3, epochs: 1, architecture: cbow }
    - writeVectors: { path: cbow.bin }
    - reportNeighbors: { path: near.txt, terms: [the] }
`;

let runs: readonly [run: string, other: string];
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "lexstream-test-"));
  await smallRun(folder, "run");
  await smallRun(folder, "other", manyOutputs);
  runs = [join(folder, "run"), join(folder, "other")];
  return () => rmSync(folder, { recursive: true });
});

/** A copy of the run, to be changed. */
async function copied(): Promise<string> {
  const run = join(await temporaryFolder(), "out");
  cpSync(runs[0], run, { recursive: true });
  return run;
}

const manifestIn = (run: string): Manifest => JSON.parse(readFileSync(join(run, "manifest.json"), "utf8"));

/** The manifest as versions wrote it that did not say what files hold. */
function forgetHeld(run: string): void {
  const manifest = manifestIn(run);
  const outputs = manifest.outputs.map(({ holds: _, branch: __, madeBy: ___, ...record }) => record);
  writeFileSync(join(run, "manifest.json"), JSON.stringify({ ...manifest, outputs }));
}

describe("the outputs of a manifest", () => {
  it("say what they hold, of which branch, and which of them hold the same value", async () => {
    const run = await copied();
    const { outputs } = manifestIn(run);
    const held = outputs.map(({ path, holds, branch, madeBy }) => [path, { holds, branch, madeBy }]);
    const vectors = { holds: "vectors", branch: "word2vec", madeBy: "branches/word2vec/1/word2vec" };
    expect(Object.fromEntries(held)).toEqual({
      "croissant.json": {},
      "rejected.jsonl": {},
      "ids.parquet": { holds: "ids", branch: "ids", madeBy: "steps/3/encode" },
      "table.arrow": { holds: "cooccurrence", branch: "table", madeBy: "branches/table/1/accumulateCooccurrence" },
      "vectors.parquet": vectors,
      "vectors.vec": vectors,
      "vocab.parquet": { holds: "vocabulary", madeBy: "steps/1/buildVocab" },
    });
    forgetHeld(run);
    expect(manifestIn(run).outputs[0]).not.toHaveProperty("holds");
    expect(outputsIn(manifestIn(run))).toEqual(outputs);
  });

  it("say it of what a sink writes of another kind than it reads, and not of reports", () => {
    const held = new Map(manifestIn(runs[1]).outputs.map(({ path, holds }) => [path, holds]));
    expect(held.get("documents.arrow")).toBe("documents");
    expect(held.has("near.txt")).toBe(true);
    expect(held.get("near.txt")).toBeUndefined();
  });
});

describe("fileOfRun", () => {
  it("finds what a run holds, of files with one value the fastest, also where the manifest does not say it", async () => {
    const older = await copied();
    forgetHeld(older);
    for (const run of [runs[0], older])
      for (const [asked, kind, file] of [
        [run, "vectors", "vectors.parquet"],
        [`${run}/`, "vectors", "vectors.parquet"],
        [`${run}#word2vec`, "vectors", "vectors.parquet"],
        [`${run}#vectors.vec`, "vectors", "vectors.vec"],
        [run, "vocabulary", "vocab.parquet"],
        [run, "cooccurrence", "table.arrow"],
      ] as const)
        expect(fileOfRun(asked, kind)).toBe(join(run, file));
  });

  it("leaves the paths of files, and of what is not there, as they are", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "a#b.vec"), "1 1\na 1\n");
    for (const path of ["a#b.vec", "nowhere", "nowhere#a", "a#b.vec/c"])
      expect(fileOfRun(join(folder, path), "vectors")).toBe(join(folder, path));
  });

  it("finds what lies in a folder that is no run, by the kind's name of the file", async () => {
    const folder = await temporaryFolder();
    for (const name of ["model.safetensors", "tokenizer.json"]) writeFileSync(join(folder, name), "");
    expect(fileOfRun(folder, "languageModel")).toBe(join(folder, "model.safetensors"));
    expect(fileOfRun(`${folder}/`, "vectors", "subwordVocabulary")).toBe(join(folder, "tokenizer.json"));
    expect(() => fileOfRun(folder, "vectors")).toThrow("got a folder without manifest.json");
  });

  it("lists what there is to choose from", () => {
    const run = runs[1];
    const choices = `must name one of the run's vectors: ${run}#cbow, ${run}#word2vec`;
    expect(() => fileOfRun(run, "vectors")).toThrow(new Error(`${run}: ${choices}`));
    expect(() => fileOfRun(`${run}#nope`, "vectors")).toThrow(new Error(`${run}#nope: ${choices}`));
    expect(fileOfRun(`${run}#cbow`, "vectors")).toBe(join(run, "cbow.bin"));
  });

  it("goes by the files where a branch wrote two values of a kind", () => {
    const run = runs[1];
    expect(() => fileOfRun(`${run}#table`, "cooccurrence")).toThrow(`${run}#table.arrow, ${run}#weighted.arrow`);
    expect(fileOfRun(`${run}#weighted.arrow`, "cooccurrence")).toBe(join(run, "weighted.arrow"));
  });

  it("says what a run wrote that has nothing of the kind, that is not finished, or is none", async () => {
    const run = await copied();
    const refused = (path: string, message: string) =>
      expect(() => fileOfRun(path, "topics", "x")).toThrow(new Error(message));
    const wrote = "ids, cooccurrence, vectors, vocabulary";
    refused(run, `${run}: must be a run that wrote topics or x, got one that wrote ${wrote}`);
    renameSync(join(run, "manifest.json"), join(run, "other.json"));
    refused(run, `${run}: must be a file or the folder of a run, got a folder without manifest.json`);
    mkdirSync(join(run, ".checkpoint"));
    const goesOn = "got one that has not ended; lexstream run --resume goes on with it";
    refused(`${run}#word2vec`, `${run}: must be a finished run, or have a snapshot of topics or x, ${goesOn}`);
    writeFileSync(join(run, "manifest.json"), '{"name": "of another program"}');
    expect(() => fileOfRun(run, "vectors")).toThrow("must be a manifest of lexstream");
  });
});

describe("a run in the place of a file", () => {
  it("is read as vectors and as a table, with the run's own vocabulary", async () => {
    const [run] = runs;
    const { terms, values } = await loadVectors(run);
    expect(values).toEqual((await loadVectors(join(run, "vectors.vec"))).values);
    expect((await openCooccurrence(run)).vocabulary.terms).toEqual(terms);
    expect((await openCooccurrence(join(run, "table.arrow"), run)).vocabulary.terms).toEqual(terms);
    expect(await evaluateVectors(`${run}#word2vec`, {})).toEqual({ similarity: {}, analogies: {} });
  });

  it("is taken by every command that reads such a file", async () => {
    const [run] = runs;
    const copy = join(await temporaryFolder(), "copy.vec");
    const near = await command("neighbors", join(run, "vectors.vec"), "cat", "-k", "2");
    expect(near.code).toBe(0);
    expect(await command("neighbors", run, "cat", "-k", "2")).toEqual(near);
    for (const args of [
      ["analogy", run, "the", "cat", "dog"],
      ["drift", run, `${run}#vectors.vec`],
      ["convert", run, copy],
      ["cooccurrence", "info", run],
    ])
      expect(await command(...args)).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(copy)).toEqual(readFileSync(join(run, "vectors.vec")));
  });

  it("is served", async () => {
    const { out, interrupt, ended } = startCommand(["serve", runs[0], "--listen", "127.0.0.1:0"]);
    await expect.poll(out).toContain(`serving ${join(runs[0], "vectors.parquet")} at http://127.0.0.1:`);
    interrupt();
    expect(await ended).toBe(0);
  });

  it("is told of by inspect, with what its files hold; a file of it as any other", async () => {
    const [run] = runs;
    const lines = (await command("inspect", run)).out.split("\n");
    expect(lines.slice(0, 2)).toEqual([`path: ${run}`, "format: run"]);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}vectors\.vec +vectors +word2vec +11 +\d+$/));
    expect(JSON.parse((await command("inspect", "--json", run)).out).outputs).toHaveLength(7);
    const file = JSON.parse((await command("inspect", "--json", `${run}#vectors.vec`)).out);
    expect(file).toMatchObject({ path: join(run, "vectors.vec"), format: "word2vecText" });
  });
});
