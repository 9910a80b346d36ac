import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it, vi } from "vitest";

// The command's own modules are not an entry of the package.
const { showProgress } = (await import(fileURLToPath(new URL("../../dist/cli/progress.js", import.meta.url)))) as {
  showProgress: (mode: string, stderr: unknown, env: object) => { update: (progress: object) => void; end: () => void };
};

const report = (done: number, loss = 0, stage = "epoch 1 of 2") => ({
  stage,
  done,
  total: 1000,
  unit: "tokens",
  losses: new Map([["word2vec", { examples: done, loss }]]),
});

function view(mode: string, { isTTY = false, columns = 80, env = {} } = {}) {
  const lines: string[] = [];
  const shown = showProgress(mode, { isTTY, columns, write: (text: string) => lines.push(text) }, env);
  return { ...shown, lines };
}

describe("showProgress", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"], now: 0 });
    return () => void vi.useRealTimers();
  });

  it("writes plain lines with speed, the loss since the line before, and the time left", () => {
    const { update, lines } = view("auto");
    update(report(100, 300));
    vi.advanceTimersByTime(10_000);
    update(report(600, 1300)); // 500 tokens in 10 s, and a loss of 1000 over 500 examples
    expect(lines).toEqual([
      "epoch 1 of 2: 10 % of 1000 tokens, word2vec loss 3.0000\n",
      "epoch 1 of 2: 60 % of 1000 tokens, 50 tokens/s, word2vec loss 2.0000, 8 s left\n",
    ]);
  });

  it("measures speed anew where a stage of the same name begins again", () => {
    const { update, lines } = view("plain");
    for (const done of [500, 100, 200]) {
      update(report(done));
      vi.advanceTimersByTime(10_000);
    }
    expect(lines.map((line) => /\d+ tokens\/s/.exec(line)?.[0])).toEqual([undefined, undefined, "10 tokens/s"]);
  });

  it("passes over reports that come faster than people read, but not a new stage or the end of one", () => {
    const { update, lines } = view("plain");
    for (let done = 1; done <= 1000; done++) update(report(done));
    update(report(1, 0, "epoch 2 of 2"));
    expect(lines.map((line) => line.split(",")[0])).toEqual([
      "epoch 1 of 2: 0 % of 1000 tokens",
      "epoch 1 of 2: 100 % of 1000 tokens",
      "epoch 2 of 2: 0 % of 1000 tokens",
    ]);
  });

  it("tells of a live source what was not read as it was written", () => {
    const live = { documents: 7, vocabulary: 3, faults: { cutFiles: 1, nulBytes: 20_000 } };
    const { update, lines } = view("plain");
    update({ ...report(100), stage: "live", total: undefined, losses: new Map(), live });
    expect(lines).toEqual(["live: 7 documents, 100 tokens, 3 terms, cutFiles 1, nulBytes 20 k\n"]);
  });

  it("writes JSON lines for machines", () => {
    const { update, lines } = view("json");
    update(report(100, 300));
    expect(JSON.parse(lines[0]!)).toEqual({
      stage: "epoch 1 of 2",
      done: 100,
      total: 1000,
      unit: "tokens",
      losses: { word2vec: 3 },
    });
  });

  it("draws a bar on a terminal, within its width, and clears it", () => {
    const { update, end, lines } = view("auto", { isTTY: true, columns: 60 });
    update(report(500));
    end();
    expect(lines[0]).toContain("\x1b[36m████████████░░░░░░░░░░░░\x1b[0m epoch 1 of 2: 50 %");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape codes of the terminal
    expect(lines[0]!.replace(/\r|\x1b\[[0-9;]*[mK]/g, "").length).toBeLessThan(60);
    expect(lines.at(-1)).toBe("\r\x1b[K");
  });

  it("honours NO_COLOR, and shows nothing when asked to", () => {
    const colourless = view("bar", { env: { NO_COLOR: "1" } });
    colourless.update(report(500));
    expect(colourless.lines[0]).not.toContain("\x1b[36m");
    const none = view("none");
    none.update(report(500));
    expect(none.lines).toEqual([]);
  });
});
