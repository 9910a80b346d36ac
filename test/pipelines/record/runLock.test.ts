import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { compile, parseConfig, RunLock, runPipeline } from "#pipelines";
import { shortOrLong } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const taker = fileURLToPath(new URL("../../support/threads/takeLock.mjs", import.meta.url));

/** The number of a process that has just ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--eval", ""]);
  await new Promise((resolve) => child.on("close", resolve));
  return child.pid!;
}

/** What this process writes about itself. */
async function ownLock(): Promise<Record<string, unknown>> {
  const folder = await temporaryFolder();
  const lock = RunLock.take(folder);
  const owner = JSON.parse(readFileSync(join(folder, ".lock"), "utf8"));
  lock.release();
  return owner;
}

async function folderLockedBy(change: Record<string, unknown>): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, ".lock"), JSON.stringify({ ...(await ownLock()), id: "earlier", ...change }));
  return folder;
}

const linux = process.platform === "linux";

describe("RunLock", () => {
  it("refuses a second taker with one line that names the first: process, host, since when", async () => {
    const folder = await temporaryFolder();
    const lock = RunLock.take(folder);
    utimesSync(join(folder, ".lock"), 1_600_000_000, 1_600_000_000); // 2020-09-13T12:26:40Z
    expect(() => RunLock.take(folder)).toThrow(
      `run: a folder must have one run at a time, got one that is still going: process ${process.pid} on ${hostname()} since 2020-09-13T12:26:40.000Z, as ${folder}/.lock says`,
    );
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    RunLock.take(folder).release();
  });

  it("takes over from a process that has ended, and leaves nothing behind", async () => {
    const folder = await folderLockedBy({ pid: await deadPid() });
    const lock = RunLock.take(folder);
    expect(() => RunLock.take(folder)).toThrow(/still going: process \d+ .*\.lock\.after\.earlier says$/);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(linux)(
    "tells a process from an earlier one of the same number, and from one before the last start",
    async () => {
      for (const change of [{ started: "1" }, { boot: "another" }]) {
        RunLock.take(await folderLockedBy(change)).release();
      }
    },
  );

  it("takes an owner for alive that it cannot see: on another machine, or with numbers of another container", async () => {
    for (const change of [
      { host: "elsewhere", pid: await deadPid() },
      { pidSpace: "another", pid: await deadPid() },
    ]) {
      const folder = await folderLockedBy(change);
      expect(() => RunLock.take(folder)).toThrow(/^run: a folder must have one run at a time/);
      expect(readdirSync(folder)).toEqual([".lock"]);
    }
  });

  it("refuses a lock that it cannot read", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, ".lock"), "");
    expect(() => RunLock.take(folder)).toThrow(/\.lock must name the run that holds the folder, got /);
  });

  it("removes what takers left that were killed on the way, but no other file", async () => {
    const folder = await temporaryFolder();
    for (const name of [".lock.new.x", ".lock.after.y", "notes.txt"]) writeFileSync(join(folder, name), "{}");
    RunLock.take(folder).release();
    expect(readdirSync(folder)).toEqual(["notes.txt"]);
  });

  it("lets one in at a time of many processes, half of which die with the lock in hand", async () => {
    const folder = await folderLockedBy({ pid: await deadPid() });
    const half = shortOrLong(3, 5);
    const takers = Array.from({ length: 2 * half }, (_, k) =>
      promisify(execFile)(process.execPath, [taker, folder, k % 2 === 0 ? "die" : "release"]).then(
        () => "released",
        ({ signal, stderr }) => signal ?? stderr,
      ),
    );
    const ends = await Promise.all(takers);
    expect(ends.sort()).toEqual([...Array(half).fill("SIGKILL"), ...Array(half).fill("released")]);
    expect(existsSync(join(folder, "inside"))).toBe(false);
  });
});

describe("two runs in one folder", () => {
  it("do not mix: the second is refused and the first ends as if it had been alone", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "corpus.txt"), "a b 猫\n".repeat(100));
    const text = `source: { files: { paths: corpus.txt } }
steps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.txt }]`;
    const pipeline = compile(parseConfig(text, join(folder, "c.yaml")));
    const out = join(folder, "out");
    const [first, second, forced] = await Promise.allSettled([
      runPipeline(pipeline, { out }),
      runPipeline(pipeline, { out }),
      runPipeline(pipeline, { out, force: true }),
    ]);
    expect(first.status).toBe("fulfilled");
    for (const { reason } of [second, forced] as PromiseRejectedResult[]) {
      expect(reason.message).toMatch(/^run: a folder must have one run at a time/);
    }
    expect(readdirSync(out).sort()).toEqual(["croissant.json", "manifest.json", "v.txt"]);
  });
});
