import { appendFile, copyFile, mkdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { tap } from "rxjs";
import { expect, it } from "vitest";
import { Ledger, run } from "#runtime";
import type { Rejection } from "#schemas";
import { type TailOptions, tail, tailSchema } from "#sources";
import { following } from "../support/following.js";
import { documentsOf } from "../support/readBack.js";
import { runStuck } from "../support/runStuck.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const quick = { pollInterval: "2ms", lingerFor: "6ms" } as const;

/** Follows a folder, and says what was read so far. */
function follow(options: TailOptions, from?: string) {
  const ledger = new Ledger();
  return { ledger, ...following(tail({ ...quick, ...options }, { from }), { ledger }) };
}

async function logFile(content = "") {
  const folder = await temporaryFolder();
  const path = join(folder, "news.txt");
  await writeFile(path, content);
  return { folder, path };
}

it("reads what is there and what is added, and holds a last line until it has ended", async () => {
  const { path } = await logFile("one\n二\n");
  const log = follow({ paths: path });
  await log.reaches(["one\n", "二\n"]);
  await appendFile(path, "thr");
  await appendFile(path, "ee\r\n\nfo");
  await log.reaches(["one\n", "二\n", "three\n", "\n"]);
  await appendFile(path, "ur\n");
  await log.reaches(["one\n", "二\n", "three\n", "\n", "four\n"]);
  await log.stop();
  expect(log.batches.at(-1)?.position).toMatchObject({ source: path, offset: 21, documents: 5, waiting: { bytes: 0 } }); // 4 + 4 + 7 + 1 + 5
  expect(log.ledger.get("bytes")).toBe(21);
  expect(log.ledger.child(path).get("documents")).toBe(5);
});

it("tells how much is known to be there and was not read yet", async () => {
  const { path } = await logFile("one\ntwo\nthree\n");
  const log = follow({ paths: path, chunkSize: 4 });
  await log.reaches(["one\n", "two\n", "three\n"]);
  await log.stop();
  const waiting = log.batches.map(({ position }) => position.waiting);
  expect(waiting[0]).toEqual({ bytes: 10 }); // "two\n" and "three\n"
  expect(waiting.at(-1)).toEqual({ bytes: 0 });
});

it("waits for files, follows new ones of folders and globs, and passes over packed ones", async () => {
  const folder = await temporaryFolder();
  const late = join(folder, "late.log");
  const log = follow({ paths: [late, join(folder, "in"), join(folder, "*.out*")] });
  await mkdir(join(folder, "in"));
  await writeFile(join(folder, "in", "b.txt"), "b\n");
  await writeFile(join(folder, "in", "a.txt"), "a\n");
  await writeFile(join(folder, "in", "a.txt.gz"), "packed\n");
  await writeFile(join(folder, "x.out.gz"), "packed\n");
  await log.reaches(["a\n", "b\n"], "sorted");
  await writeFile(join(folder, "x.out"), "x\n");
  await writeFile(late, "late\n");
  await log.reaches(["a\n", "b\n", "late\n", "x\n"], "sorted");
  await log.stop();
});

it("leaves out what runs write in a folder that it follows, and counts their folders once", async () => {
  const { folder, path } = await logFile("一\n");
  const own = join(folder, "运行");
  await mkdir(own);
  await writeFile(join(own, ".lock"), '{"id":"x","pid":1}\n');
  await writeFile(join(own, "v-latest.txt"), "no text\n");
  const log = follow({ paths: folder });
  await log.reaches(["一\n"]);
  await appendFile(path, "two\n");
  await log.reaches(["一\n", "two\n"]); // it has looked more than once
  await log.stop();
  expect(log.ledger.get("runFoldersLeftOut")).toBe(1);
  expect(log.ledger.child(own).get("runFoldersLeftOut")).toBe(1);
});

it("begins at the end if told to, behind the last whole line, and reads whole what appears later", async () => {
  const { folder, path } = await logFile("old\nhalf");
  const log = follow({ paths: join(folder, "*.txt"), start: "end" });
  const hasBegun = async () => {
    await appendFile(path, "!\n");
    return log.batches.length > 0;
  };
  await expect.poll(hasBegun, { interval: 5 }).toBe(true);
  await writeFile(join(folder, "other.txt"), "1\n2\n");
  await expect.poll(() => documentsOf(log.batches).slice(-2)).toEqual(["1\n", "2\n"]);
  await log.stop();
  const lines = new Set(documentsOf(log.batches).slice(0, -2));
  expect(lines.has("old\n")).toBe(false);
  expect([...lines].every((line) => line === "half!\n" || line === "!\n")).toBe(true);
});

it("reads a renamed file to its end, then goes on with the one that took its name", async () => {
  const { folder, path } = await logFile("1\n");
  const log = follow({ paths: path });
  await log.reaches(["1\n"]);
  await appendFile(path, "2\n");
  await rename(path, join(folder, "news.txt.1"));
  await writeFile(path, "4\n");
  await appendFile(join(folder, "news.txt.1"), "3 without an end");
  await log.reaches(["1\n", "2\n", "4\n", "3 without an end"], "sorted");
  await appendFile(path, "5\n");
  await log.reaches(["1\n", "2\n", "4\n", "3 without an end", "5\n"], "sorted");
  await log.stop();
  const { position } = log.batches.at(-1)!;
  expect(JSON.parse(position.cursor!).files).toMatchObject([{ path, offset: 4, documents: 2 }]);
});

it("knows a file that was renamed to another name that it follows", async () => {
  const { folder, path } = await logFile("1\n");
  const log = follow({ paths: join(folder, "news*") });
  await log.reaches(["1\n"]);
  await rename(path, join(folder, "news.1"));
  await writeFile(path, "2\n");
  await log.reaches(["1\n", "2\n"]);
  await appendFile(join(folder, "news.1"), "3\n");
  await log.reaches(["1\n", "2\n", "3\n"]);
  await log.stop();
});

it("reads a removed file to its end", async () => {
  const { path } = await logFile("1\nlast");
  const log = follow({ paths: path });
  await log.reaches(["1\n"]);
  await rm(path);
  await log.reaches(["1\n", "last"]);
  await log.stop();
});

it("reads a file that was cut from its beginning, also one that is as long again when it is looked at", async () => {
  const { folder, path } = await logFile("first day\nsecond");
  const log = follow({ paths: path });
  await log.reaches(["first day\n"]);
  await copyFile(path, join(folder, "copy"));
  await truncate(path);
  await log.reaches(["first day\n", "second"]);
  await appendFile(path, "day two\n");
  await log.reaches(["first day\n", "second", "day two\n"]);
  await writeFile(path, "another text, longer\n");
  await log.reaches(["first day\n", "second", "day two\n", "another text, longer\n"]);
  await log.stop();
  expect(log.ledger.get("cutFiles")).toBe(2);
});

it("reads JSON lines, lists what cannot be read, and goes on with the same numbers", async () => {
  const { path } = await logFile('{"body":"a"}\n\n{"body":7}\n{"body":"猫"}\n{"body":8}\n{"body":"c"}\n');
  const options = { ...quick, paths: path, format: "jsonl", field: "body", maxRejected: 5, chunkSize: 4 } as const;
  const rejectionsFrom = async (documents: number, from?: string) => {
    const rejections: Rejection[] = [];
    const log = following(tail(options, { from }), { onRejected: (rejection) => rejections.push(rejection) });
    await log.reaches(["a", "猫", "c"].slice(3 - documents));
    await log.stop();
    return { rejections, batches: log.batches };
  };
  const whole = await rejectionsFrom(3);
  expect(whole.rejections).toMatchObject([
    { source: path, document: 2, line: 3, offset: 14, reason: "body must be a text, got 7" },
    { source: path, document: 4, line: 5, offset: 40 }, // 13 + 1 + 11 + 15 bytes before it: 猫 takes three
  ]);
  for (const [index, { position }] of whole.batches.entries()) {
    const { rejections } = await rejectionsFrom(
      3 - documentsOf(whole.batches.slice(0, index + 1)).length,
      position.cursor,
    );
    const before = position.offset;
    expect(rejections).toEqual(whole.rejections.filter(({ offset }) => offset >= before));
  }
});

it("ends with the first document that cannot be read, if none may be rejected", async () => {
  const { path } = await logFile("{oops\n");
  const running = run(tail({ ...quick, paths: path, format: "jsonl" }));
  await expect(running).rejects.toThrow(`tail: ${path} line 1: must be one JSON value, got "{oops"`);
  await writeFile(path, Buffer.from("fffe610a", "hex"));
  await expect(run(tail({ ...quick, paths: path }))).rejects.toThrow("must be UTF-8, got UTF-16");
});

it("refuses what is no text, though its first bytes come one by one", async () => {
  const { path } = await logFile("");
  for (const chunkSize of [1, 4, 1000]) {
    await writeFile(path, "BZh91AY&SY\x1d^");
    const running = run(tail({ ...quick, paths: path, chunkSize }));
    await expect(running).rejects.toThrow(`tail: ${path}: must be text, got bzip2; bzip2 -dc makes text of it`);
  }
});

it("gives each line once, whole, however it was written and wherever runs stopped", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "猫", " ", "\r", "𠮷"), maxLength: 12 });
  const writes = fc.array(fc.oneof(text, fc.constant("\n"), fc.constant("line\n行\n")), {
    minLength: 1,
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(writes, fc.integer({ min: 1, max: 30 }), fc.nat(), async (parts, chunkSize, seed) => {
      const { path } = await logFile();
      const written = `${parts.join("")}\n`;
      const expected = written.split("\n").slice(0, -1);
      const lines = expected.map((line) => `${line.replace(/\r$/, "").replaceAll("\r", "\n")}\n`);
      const options = { paths: path, chunkSize };
      const whole = follow(options);
      for (const part of parts) await appendFile(path, part);
      await appendFile(path, "\n");
      await whole.reaches(lines);
      await whole.stop();
      const at = seed % whole.batches.length;
      const { position } = whole.batches[at]!;
      const rest = follow(options, position.cursor);
      const before = documentsOf(whole.batches.slice(0, at + 1));
      await rest.reaches(lines.slice(before.length));
      await rest.stop();
      expect(documentsOf([...whole.batches.slice(0, at + 1), ...rest.batches])).toEqual(lines);
      expect((rest.batches.at(-1) ?? whole.batches[at]!).position.documents).toBe(lines.length);
    }),
    { seed: 6, numRuns: 25 },
  );
});

it("goes on in files that were renamed, cut or removed while it was away", async () => {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  for (const name of ["cut", "moved", "removed", "same"]) await writeFile(at(`${name}.txt`), `${name} 1\n`);
  const options = { paths: folder };
  const first = follow(options);
  await first.reaches(["cut 1\n", "moved 1\n", "removed 1\n", "same 1\n"]);
  await first.stop();
  await appendFile(at("moved.txt"), "moved 2\n");
  await rename(at("moved.txt"), at("moved.txt.old"));
  await writeFile(at("moved.txt"), "moved 3\n");
  await writeFile(at("cut.txt"), "CUT 2\n");
  await rm(at("removed.txt"));
  await appendFile(at("same.txt"), "same 2\n");
  const second = follow(options, first.batches.at(-1)?.position.cursor);
  await second.reaches(["CUT 2\n", "moved 2\n", "moved 3\n", "same 2\n"], "sorted");
  await second.stop();
  expect(documentsOf(second.batches)[0]).toBe("moved 2\n"); // before the file that took its name
  expect(second.ledger.get("lostFiles")).toBe(2); // what was cut, and what was removed
});

it("stops when aborted while it waits, and reads no further while the pipeline is full", async () => {
  const { path } = await logFile("a\nb\nc\n");
  const log = follow({ paths: path });
  await log.reaches(["a\n", "b\n", "c\n"]);
  await log.stop();
  let pulled = 0;
  await runStuck(tail({ ...quick, paths: path, chunkSize: 2 }).pipe(tap(() => pulled++)));
  expect(pulled).toBe(1);
  expect(tailSchema).toMatchObject({ live: true, replayable: false });
});

it("says which options and cursors it does not know", () => {
  expect(() => tail({ paths: "a", pollInterval: "soon" })).toThrow(
    'tail: pollInterval must be a time such as "250ms", "30s", "5min" or "7d", got "soon"',
  );
  expect(() => tail({ paths: "a" }, { from: "{" })).toThrow('tail: from must be a cursor of an earlier batch, got "{"');
});
