/**
 * What training takes more with the page open. word2vec learns the English sample through `lexstream run --serve`, by turns alone, with a browser
 * beside it that shows an empty page, and with one that shows the view of the run. The browser starts before the run and has no graphics card:
 * it draws on the processors that the run learns on, and the empty page tells what it takes anyhow. Processor seconds are told of the learner and
 * of the browser apart, the latter from before its page is opened until the run is over.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "./chromium.js";
import { inScratch, lexstreamProgram, median } from "./wholeProcess.js";

interface TrainingBench {
  readonly executablePath: string;
  readonly viewport: object;
  readonly rounds: number;
  /** The run should take 15 s or more, so that its start and the page's do not decide. */
  readonly epochs: number;
}

/** What is open beside the run. */
const BESIDE = ["nothing", "an empty page", "the page"] as const;
type Beside = (typeof BESIDE)[number];
const WHAT = ["wall", "learner", "browser"] as const;

/** Seconds: of the clock, and of processors. */
type Cost = Readonly<Record<(typeof WHAT)[number], number>>;

export async function measureTraining({ executablePath, viewport, rounds, epochs }: TrainingBench): Promise<void> {
  await inScratch(async (folder) => {
    const config = join(folder, "c.yaml");
    const corpus = fileURLToPath(new URL("../../data/sample-english-two-novels.txt", import.meta.url));
    const steps = `[normalize, tokenize, buildVocab, encode, windowContexts, { word2vec: { epochs: ${epochs} } }]`;
    writeFileSync(config, `source: { files: { paths: ${JSON.stringify(corpus)} } }\nsteps: ${steps}\n`);
    const all = new Map(BESIDE.map((beside) => [beside, [] as Cost[]]));
    for (let round = 0; round < rounds; round++)
      for (let turn = 0; turn < BESIDE.length; turn++) {
        const beside = BESIDE[(round + turn) % BESIDE.length]!; // none always comes first
        const out = join(folder, `${round}-${turn}`);
        const cost = await (beside === "nothing" ? startLearner(config, out).ended : besideBrowser(out, beside));
        all.get(beside)!.push(cost);
        const told = WHAT.map((what) => `${what} ${cost[what].toFixed(2)} s`).join(", ");
        console.log(`training ${round + 1} beside ${beside}: ${told}`);
      }
    const alone = all.get("nothing")!;
    for (const beside of BESIDE.slice(1)) {
      const costs = all.get(beside)!;
      const more = (["wall", "learner"] as const).map((what) => {
        const each = costs.map((cost, round) => 100 * (cost[what] / alone[round]![what] - 1));
        return `${median(each).toFixed(1)} % by ${what}`;
      });
      const browser = median(costs.map((cost) => cost.browser)).toFixed(2);
      console.log(
        `training beside ${beside} takes more: ${more.join(", ")}; the browser takes ${browser} s (medians of ${rounds})`,
      );
    }

    async function besideBrowser(out: string, beside: Beside): Promise<Cost> {
      const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
      try {
        const { url, ended } = startLearner(config, out);
        const address = await url;
        const before = await processorSeconds(browser);
        const page = await (await browser.newContext({ viewport, locale: "en" })).newPage();
        await page.goto(beside === "the page" ? `${address}/#/run` : "about:blank");
        const cost = await ended;
        return { ...cost, browser: (await processorSeconds(browser)) - before };
      } finally {
        await browser.close();
      }
    }
  });
}

async function processorSeconds(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

interface Learner {
  readonly url: Promise<string>;
  readonly ended: Promise<Cost>;
}

function startLearner(config: string, out: string): Learner {
  const serving = ["--serve=127.0.0.1:0", "--progress", "none"];
  const program = [process.execPath, lexstreamProgram, "run", config, "--out", out, ...serving];
  const run = spawn("bash", ["-c", `TIMEFORMAT='%R %U %S'; time "$@"`, "bash", ...program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const url = new Promise<string>((resolve) => {
    for (const stream of [run.stdout, run.stderr])
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        const [found] = /http:\/\/[\d.:]+/.exec(line) ?? [];
        if (found) resolve(found);
      });
  });
  const ended = new Promise((resolve) => run.once("close", resolve)).then(() => {
    const times = lines.flatMap((line) => /^([\d.]+) ([\d.]+) ([\d.]+)$/.exec(line)?.slice(1) ?? []);
    const [wall, user, system] = times.map(Number);
    if (wall === undefined || run.exitCode !== 0)
      throw new Error(`bench:page: the run must end well, got ${lines.join("\n")}`);
    return { wall, learner: user! + system!, browser: 0 };
  });
  return { url, ended };
}
