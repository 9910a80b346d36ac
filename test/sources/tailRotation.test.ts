import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Ledger, mapAsync } from "#runtime";
import { type TailOptions, tail } from "#sources";
import { following } from "../support/following.js";
import { signal } from "../support/signal.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const quick = { pollInterval: "2ms", lingerFor: "6ms" } as const;

/** What logrotate and its like do to a file; `to` is where the name of the log leads, if it is a link. */
const rotations: Readonly<Record<string, (path: string, to: string) => void>> = {
  "rename and create": (path) => {
    renameSync(path, `${path}.1`);
    writeFileSync(path, "");
  },
  copytruncate: (path) => {
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  },
  "cutting it, its copy packed": (path) => {
    writeFileSync(`${path}.1.gz`, "");
    truncateSync(path);
  },
  "delete and create": (path) => {
    rmSync(path);
    writeFileSync(path, "");
  },
  "a link to another file": (path, to) => {
    writeFileSync(`${to}.next`, "");
    symlinkSync(`${to}.next`, `${path}.new`);
    renameSync(`${path}.new`, path);
  },
};

const BEFORE = ["one 一\n", "two 二\n"]; // 16 bytes
/** Written before the rotation, and not read yet. */
const UNREAD = ["three 三\n", "four 四\n"]; // 19 bytes
/** Written after it by somebody who still has the old file open. */
const LATE = ["five 五\n"];
/** Written after it to the file that has the name now; with it, that is shorter than, as long as, and longer than what was read. */
const AFTER = {
  "behind us": ["新\n"],
  "as far as we are": ["new 新\n", "day 天\n"],
  "ahead of us": ["a new day 新的一天\n", "and the next 又一天\n"],
};

/** Follows a log, and reads nothing behind the first batch before `goOn` is called. */
async function heldUp(options: TailOptions) {
  const ledger = new Ledger();
  const [freed, goOn] = signal();
  const [held, hold] = signal();
  const source = tail({ ...quick, ...options }).pipe(
    mapAsync(async (batch) => {
      hold();
      await freed;
      return batch;
    }),
  );
  const log = following(source, { ledger });
  await held;
  return { ledger, goOn, ...log };
}

async function newLog(isLink = false) {
  const folder = await temporaryFolder();
  const [path, to] = [join(folder, "news.log"), join(folder, "target")];
  if (isLink) symlinkSync(to, path);
  return { folder, path, to };
}

const lossesOf = (ledger: Ledger) => ["cutFiles", "nulBytes", "lostBytes"].map((name) => ledger.get(name));
const bytesOf = (lines: readonly string[]) => Buffer.byteLength(lines.join(""));

describe.each(Object.entries(rotations))("a log that is rotated by %s", (rotation, rotate) => {
  const hasCopy = rotation === "copytruncate";
  const isCut = hasCopy || rotation.startsWith("cutting");

  describe.each(["append", "no append"])("under a writer with %s", (how) => {
    const flag = how === "append" ? "a" : "w";

    it.each(Object.entries(AFTER))(
      "is read once and whole, or what is lost is told, with the writer %s",
      async (_, after) => {
        for (const [unread, pattern] of [
          [[], ""],
          [UNREAD, ""],
          [UNREAD, "*"], // the new name or the copy is followed, too
        ] as const) {
          const { path, to } = await newLog(rotation === "a link to another file");
          const old = openSync(path, flag);
          writeSync(old, BEFORE.join(""));
          const log = await heldUp({ paths: path + pattern });
          writeSync(old, unread.join(""));
          rotate(path, to);
          if (!isCut) writeSync(old, LATE.join(""));
          const now = isCut ? old : openSync(path, flag);
          writeSync(now, after.join("")); // behind a hole, where a file was cut under a writer that keeps its place
          for (const file of new Set([old, now])) closeSync(file);
          log.goOn();
          const expected = [...BEFORE, ...(isCut && !hasCopy ? [] : unread), ...(isCut ? [] : LATE), ...after];
          await log.reaches(expected, "sorted");
          appendFileSync(path, "z 末\n"); // once that is read, files were looked for again
          await log.reaches([...expected, "z 末\n"], "sorted");
          await log.stop();
          const hole = isCut && how === "no append" ? bytesOf([...BEFORE, ...unread]) : 0;
          const lost = hole > 0 && !hasCopy ? bytesOf(unread) : 0; // without a hole, nobody knows how far the writer was
          expect(lossesOf(log.ledger)).toEqual([isCut ? 1 : 0, hole, lost]);
        }
      },
    );
  });
});

describe("a copy of a file that is followed", () => {
  const all = [...BEFORE, ...UNREAD];

  /** Follows a log, whose copies have names that are followed, and a clock: once two of its lines are read, files were looked for. */
  async function watched() {
    const { folder, path } = await newLog();
    writeFileSync(path, all.join(""));
    const clock = join(folder, "clock");
    const { log, ledger } = follow({ paths: [`${path}*`, clock] });
    await log.reaches(all);
    const ticks: string[] = [];
    const reaches = async (lines: readonly string[]) => {
      for (let n = 0; n < 2; n++) {
        ticks.push(`${ticks.length} 钟\n`);
        appendFileSync(clock, ticks.at(-1)!);
        await log.reaches([...lines, ...ticks], "sorted");
      }
    };
    return { path, log, ledger, reaches };
  }

  it("is not read while it grows, nor when the other one has been cut", async () => {
    const { path, log, ledger, reaches } = await watched();
    const copy = `${path}-20261128`;
    for (const length of [0, 10, 1000]) {
      expect(ledger.get("copiedFiles")).toBe(0);
      writeFileSync(copy, all.join("").slice(0, length));
      await reaches(all);
    }
    const later = [...all, "late 晚\n"]; // behind what was copied
    appendFileSync(path, "late 晚\n");
    await reaches(later);
    truncateSync(path);
    appendFileSync(path, "new 新\n");
    await reaches([...later, "new 新\n"]);
    await log.stop();
    expect([...lossesOf(ledger), ledger.get("copiedFiles")]).toEqual([1, 0, 0, 1]);
  });

  it("is read if it turns out to be another file", async () => {
    const { path, log, reaches } = await watched();
    const others = [[BEFORE[0]!, "five 五\n"], [...all, "one more 又\n"], ["nothing of it 无\n"]];
    for (const [n, lines] of others.entries()) {
      writeFileSync(`${path}.${n}`, lines[0]!);
      await reaches([...all, ...others.slice(0, n).flat(), ...(n === 2 ? lines : [])]);
      writeFileSync(`${path}.${n}`, lines.join(""));
      await reaches([...all, ...others.slice(0, n + 1).flat()]);
    }
    await log.stop();
  });

  it.each([
    ["news.log", "news.log.1"],
    ["news.log*", "news.log.1"],
    ["*", "news-20261128.log"],
  ])("has what a run has missed that was away when the file was cut (%s, %s)", async (pattern, copy) => {
    const { folder, path } = await newLog();
    writeFileSync(path, BEFORE.join(""));
    const options = { paths: join(folder, pattern) };
    const first = follow(options);
    await first.log.reaches(BEFORE);
    await first.log.stop();
    appendFileSync(path, UNREAD.join(""));
    copyFileSync(path, join(folder, copy));
    truncateSync(path);
    appendFileSync(path, "new 新\n");
    const second = follow(options, first.log.batches.at(-1)?.position.cursor);
    await second.log.reaches([...UNREAD, "new 新\n"], "sorted");
    appendFileSync(path, "z 末\n");
    await second.log.reaches([...UNREAD, "new 新\n", "z 末\n"], "sorted");
    await second.log.stop();
    expect(second.ledger.get("lostFiles")).toBe(0);
  });
});

describe("a file that was cut", () => {
  it("tells how many bytes of it were seen and not read", async () => {
    const { path } = await newLog();
    writeFileSync(path, [...BEFORE, ...UNREAD].join(""));
    const log = await heldUp({ paths: path, chunkSize: 16 });
    truncateSync(path);
    log.goOn();
    writeFileSync(path, "新\n");
    await log.reaches([...BEFORE, "新\n"]);
    await log.stop();
    expect(log.ledger.get("lostBytes")).toBe(bytesOf(UNREAD));
  });
});

describe("a hole of NUL bytes", () => {
  it("is passed over at the beginning of any line, however long and in however many pieces, and counted", async () => {
    const { path } = await newLog();
    const { log, ledger } = follow({ paths: path, maxRecordLength: 64, chunkSize: 16 });
    const lines = ["a 猫\n", "行 b\n", "c\n", "\n", "a NUL\0 in a 行\n"];
    const holes = [3, 200, 0, 3_000_000, 1];
    const file = openSync(path, "a");
    for (const [n, hole] of holes.entries()) {
      for (let part = 0; part < 3; part++) writeSync(file, new Uint8Array(Math.floor((hole + part) / 3)));
      writeSync(file, lines[n]!);
      await log.reaches(lines.slice(0, n + 1));
    }
    closeSync(file);
    await log.stop();
    expect(ledger.child(path).get("nulBytes")).toBe(3_000_204);
    expect(ledger.get("bytes")).toBe(bytesOf(lines));
    expect(JSON.parse(log.batches.at(-1)!.position.cursor!).files).toMatchObject([{ line: 6, documents: 5 }]);
  });

  it("is gone on with, and counted once, wherever a run stopped in it", async () => {
    const { folder, path } = await newLog();
    const other = join(folder, "other.log");
    const options = { paths: [path, other] };
    let cursor: string | undefined;
    let nulBytes = 0;
    const hole = new Uint8Array(1000);
    for (const n of [0, 1, 2]) {
      appendFileSync(path, hole);
      appendFileSync(other, `${n} 次\n`);
      const { log, ledger } = follow(options, cursor);
      await log.reaches([`${n} 次\n`]);
      await log.stop();
      cursor = log.batches.at(-1)!.position.cursor;
      nulBytes += ledger.get("nulBytes");
    }
    appendFileSync(path, "behind 后面\n");
    const { log, ledger } = follow(options, cursor);
    await log.reaches(["behind 后面\n"]);
    await log.stop();
    expect([nulBytes, ledger.get("nulBytes"), ledger.get("lostFiles")]).toEqual([0, 3000, 0]);
  });

  it("is no hole yet while it is laid out in advance, and filled in", async () => {
    const { path } = await newLog();
    writeFileSync(path, new Uint8Array(200_000));
    const { log, ledger } = follow({ paths: path });
    const file = openSync(path, "r+");
    const lines: string[] = [];
    for (const part of ["one 一\n", "two", " 二\n三", "\n"]) {
      writeSync(file, part);
      lines.push(part);
      const text = lines.join("");
      await log.reaches(text.slice(0, text.lastIndexOf("\n") + 1).split(/(?<=\n)/));
    }
    closeSync(file);
    await log.stop();
    expect([ledger.get("cutFiles"), ledger.get("nulBytes")]).toEqual([0, 0]);
  });
});

function follow(options: TailOptions, from?: string) {
  const ledger = new Ledger();
  return { ledger, log: following(tail({ ...quick, ...options }, { from }), { ledger }) };
}
