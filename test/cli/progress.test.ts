import { beforeEach, describe, expect, it, vi } from "vitest";
import { displayWidth } from "../../dist/cli/displayWidth.js";
import { showProgress } from "../../dist/cli/progress.js";
import type { Progress } from "../../dist/pipelines/index.js";

const plan = [
  { id: "source", passes: 1 },
  { id: "windows", passes: 4 },
];

/** So much of 1000 tokens in an epoch of four. */
const report = (done: number, { epoch = 1, loss = 0, model = "word2vec" } = {}): Progress => ({
  step: "windows",
  share: (epoch - 1 + done / 1000) / 4,
  stage: `epoch ${epoch} of 4`,
  done,
  total: 1000,
  unit: "tokens",
  losses: new Map([[model, { examples: done, loss }]]),
});

const live: Progress = {
  ...{ step: "source", share: undefined, stage: "live", done: 1_234_567, total: undefined, unit: "tokens" },
  losses: new Map([["word2vec", { examples: 10, loss: 25 }]]),
  live: {
    documents: 23_456,
    vocabulary: 11_111,
    waiting: { bytes: 5_600_000 },
    faults: { cutFiles: 1, nulBytes: 20_000 },
  },
};

function view(mode: "auto" | "bar" | "plain" | "json" | "none", { isTTY = false, columns = 80, env = {} } = {}) {
  const lines: string[] = [];
  const stderr = { isTTY, columns, write: (text: string) => lines.push(text) };
  const shown = showProgress(mode, plan, stderr as unknown as NodeJS.WriteStream, env);
  return { ...shown, lines };
}

/** What a bar shows in a terminal so wide, after ten seconds in which a quarter of an epoch passed. */
function barAt(columns: number, model = "word2vec"): string {
  const { update, lines } = view("bar", { columns, env: { NO_COLOR: "1" } });
  update(report(0, { model }));
  vi.advanceTimersByTime(10_000);
  update(report(250, { loss: 500, model }));
  return lines.at(-1)!.replace("\r\x1b[K", "");
}

describe("showProgress", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"], now: 0 });
    return () => void vi.useRealTimers();
  });

  it("writes plain lines with the whole run's share and time left, speed, and the loss since the line before", () => {
    const { update, lines } = view("auto");
    update(report(100, { loss: 300 }));
    vi.advanceTimersByTime(10_000);
    update(report(600, { loss: 1300 }));
    // 500 tokens in 10 s, so 20 s an epoch: 68 s for the 3.4 that are left. Reading counts as long as an epoch: (1 + 0.6) of 5
    expect(lines).toEqual([
      "epoch 1 of 4: 22 % of the run, word2vec loss 3.0000\n",
      "epoch 1 of 4: 32 % of the run, 1 min 8 s left, 50 tokens/s, word2vec loss 2.0000\n",
    ]);
  });

  it("measures speed over all epochs of a step", () => {
    const { update, lines } = view("plain");
    for (const [epoch, done] of [
      [1, 500],
      [2, 100],
      [2, 200],
    ] as const) {
      update(report(done, { epoch }));
      vi.advanceTimersByTime(10_000);
    }
    expect(lines.map((line) => /\d+ tokens\/s/.exec(line)?.[0])).toEqual([undefined, "10 tokens/s", "10 tokens/s"]);
  });

  it("measures speed by what is done also where some of it was taken back within an epoch", () => {
    const { update, lines } = view("plain");
    for (const done of [500, 490, 600]) {
      update(report(done, { epoch: 1 }));
      vi.advanceTimersByTime(10_000);
    }
    expect(lines.map((line) => /\d+ tokens\/s/.exec(line)?.[0])).toEqual([undefined, "0 tokens/s", "11 tokens/s"]);
  });

  it("writes a line for each step, at the end, and from time to time, but none for an epoch", () => {
    const { update, lines } = view("plain");
    update({ ...report(500), step: "source", share: 0.5, stage: "reading", unit: "bytes" });
    for (let epoch = 1; epoch <= 4; epoch++) for (let done = 1; done <= 1000; done++) update(report(done, { epoch }));
    expect(lines.map((line) => line.split(",")[0]!.trim())).toEqual([
      "reading: 10 % of the run",
      "epoch 1 of 4: 20 % of the run",
      "epoch 4 of 4: 100 % of the run",
    ]);
  });

  it("tells of a live source what comes in, what waits, what is known, and what was not read as it was written", () => {
    const { update, lines } = view("plain");
    update({ ...live, done: 1_200_000, losses: new Map([["word2vec", { examples: 8, loss: 20 }]]) });
    vi.advanceTimersByTime(10_000);
    update(live);
    expect(lines[1]).toBe(
      "live: 23.5 k documents, 3.5 k tokens/s, 5.6 MB waiting, 11.1 k terms, word2vec loss 2.5000, 1.2 M tokens, cutFiles 1, nulBytes 20.0 k\n",
    );
  });

  it("draws no bar for a live source", () => {
    const { update, lines } = view("bar", { columns: 60 });
    update(live);
    expect(lines[0]).toBe("\r\x1b[Klive  23.5 k documents  5.6 MB waiting  11.1 k terms");
  });

  it("writes JSON lines for machines, one for each epoch at least", () => {
    const { update, lines } = view("json");
    for (const epoch of [1, 2]) for (const done of [1, 2]) update(report(done, { epoch, loss: 3 * done }));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        stage: "epoch 1 of 4",
        done: 1,
        total: 1000,
        unit: "tokens",
        share: expect.closeTo(0.2002),
        losses: { word2vec: 3 },
      },
      {
        stage: "epoch 2 of 4",
        done: 1,
        total: 1000,
        unit: "tokens",
        share: expect.closeTo(0.4002),
        losses: { word2vec: 3 },
      },
    ]);
  });

  it("draws one bar for the whole run, and leaves out whole fields where the terminal is narrow", () => {
    // a quarter of the first epoch took 10 s: 150 s for the 3.75 that are left; reading and that quarter are 1.25 of 5
    expect(barAt(140)).toBe(
      `${"█".repeat(7)}${"░".repeat(21)}  25 %  2 min 30 s left  epoch 1 of 4  25 tokens/s  word2vec loss 2.0000`,
    );
    expect(barAt(90)).toBe(`████${"░".repeat(14)}  25 %  2 min 30 s left  epoch 1 of 4  25 tokens/s`);
    expect(barAt(60)).toBe(`███${"░".repeat(9)}  25 %  2 min 30 s left  epoch 1 of 4`);
    expect(barAt(20)).toBe("██░░░░░░  25 %");
  });

  it("counts characters that are two columns wide", () => {
    const model = "小说的词向量";
    for (let columns = 30; columns <= 120; columns++) {
      const bar = barAt(columns, model);
      expect(displayWidth(bar)).toBeLessThan(columns);
      expect(bar.includes("小")).toBe(bar.endsWith(`  ${model} loss 2.0000`)); // whole or not at all
    }
    expect(barAt(120, model)).toContain(model);
  });

  it("clears the bar, colours it unless NO_COLOR is set, and shows nothing when asked to", () => {
    const coloured = view("auto", { isTTY: true });
    coloured.update(report(500));
    coloured.end();
    expect(coloured.lines[0]).toBe(
      `\r\x1b[K\x1b[36m████${"░".repeat(12)}\x1b[0m  30 %  epoch 1 of 4  word2vec loss 0.0000`,
    );
    expect(coloured.lines.at(-1)).toBe("\r\x1b[K");
    const none = view("none");
    none.update(report(500));
    expect(none.lines).toEqual([]);
  });
});

describe("displayWidth", () => {
  it.each([
    ["word2vec", 8],
    ["母亲", 4],
    ["ＮＢＡ", 6],
    ["ｶﾅ", 2], // half as wide
    ["カナ", 4],
    ["한국", 4],
    ["e\u0301", 1], // an accent of its own
    ["🙂", 2],
    ["█░", 2],
  ])("of %s is %i", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});
