import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { shortOrLong } from "../support/shortOrLong.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const CONFIG = `
source: { files: { paths: 语料.txt } }
steps: [tokenize, buildVocab: { minCount: 1 }, encode, documentTerms, accumulateDocumentTerms, plsa: { topics: 2, iterations: 3 }, writeTopics: { path: 词.arrow }]
`;

/** Where a stream of the command leads. */
type End = "read" | "closed" | "full disk";

/** Runs the command; what a stream said is undefined where nobody reads it. */
async function lexstream(args: readonly string[], cwd: string, ends: { readonly out?: End; readonly err?: End }) {
  const full = openSync("/dev/full", "w");
  const target = ([, end]: readonly [string, End]) => (end === "full disk" ? full : "pipe");
  const streams = [
    ["out", ends.out ?? "read"],
    ["err", ends.err ?? "read"],
  ] as const;
  const child = spawn(process.execPath, [main, ...args], { cwd, stdio: ["ignore", ...streams.map(target)] });
  closeSync(full);
  const said: Record<string, string> = {};
  for (const [k, [name, end]] of streams.entries()) {
    const stream = k === 0 ? child.stdout : child.stderr;
    if (end === "closed")
      stream!.destroy(); // before the command has begun, so that its first write finds no reader
    else stream?.on("data", (chunk) => (said[name] = `${said[name] ?? ""}${chunk}`));
  }
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, ...said };
}

async function project(): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "c.yaml"), CONFIG);
  writeFileSync(join(folder, "faulty.yaml"), CONFIG.replace("minCount", "minCont"));
  writeFileSync(join(folder, "语料.txt"), "the cat sat\n猫 坐 着\n".repeat(50));
  return folder;
}

describe("a command whose output nobody reads", () => {
  it.each<End>(["closed", "full disk"])("goes on with a run where standard error is %s", async (err) => {
    const folder = await project();
    const { code } = await lexstream(["run", "c.yaml", "--out", "out", "--progress", "json"], folder, { err });
    expect(code).toBe(0);
    expect(existsSync(join(folder, "out/manifest.json"))).toBe(true);
  });

  it.each<[string[], { out?: End; err?: End }, number]>([
    [["list"], { out: "closed" }, 0],
    [["lint", "faulty.yaml", "--json"], { out: "closed" }, 2],
    [["lint", "faulty.yaml"], { err: "full disk" }, 2],
    [["neighbors", "nowhere.vec", "猫"], { out: "closed", err: "closed" }, 1],
    ...shortOrLong<[string[], { out?: End; err?: End }, number][]>(
      [],
      [
        [["list"], { out: "closed", err: "closed" }, 0],
        [["lint", "faulty.yaml"], { err: "closed" }, 2],
      ],
    ),
  ])("keeps the exit code of %j where %j", async (args, ends, code) => {
    expect(await lexstream(args, await project(), ends)).toEqual({ code }); // and no word of it
  });

  it.each<[string[], number]>([
    [["list"], 1],
    [["lint", "faulty.yaml", "--json"], 2],
    [["run", "c.yaml", "--out", "told", "--progress", "none"], 1],
  ])("has failed, and says so, where standard output cannot take what %j says", async (args, code) => {
    const err = "standard output: must take all that is written to it, got ENOSPC\n";
    expect(await lexstream(args, await project(), { out: "full disk" })).toEqual({ code, err });
  });
});
