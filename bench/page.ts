/**
 * What the page costs and how fast it is, in Chromium without a screen and without a graphics card: OpenGL by software.
 *
 *     npm run bench:page -- [--terms 200000] [--many 1000000] [--pairs 5] [--epochs 150] [--only load,word,map,snapshot,training,api]
 *
 * Made-up vectors and maps of `--terms` words of 100 numbers and of `--many` words are shown. Needs a Chromium, by its path in CHROMIUM or at
 * /usr/bin/chromium. What training takes more with the page open: `pageTraining.ts`.
 */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type QueryThread, serveOnThread } from "../cli/serveOnThread.js";
import { builtIn } from "../pipelines/index.js";
import type { TermLayout } from "../schemas/index.js";
import { chromium, type Page } from "./chromium.js";
import { measureTraining } from "./pageTraining.js";
import { askedBy, madeUpVectors, report, train } from "./queryLoad.js";
import { median } from "./wholeProcess.js";

const ARGUMENTS = [
  "--no-sandbox",
  "--enable-unsafe-swiftshader",
  "--use-angle=swiftshader",
  "--ignore-gpu-blocklist",
  "--enable-precise-memory-info",
];
const VIEWPORT = { width: 1280, height: 720 };
const VECTOR_SIZE = 100;
const ROUNDS = 7;
const MOVING_MS = 5000;

const { values: options } = parseArgs({
  options: {
    terms: { type: "string", default: "200000" },
    many: { type: "string", default: "1000000" },
    pairs: { type: "string", default: "5" },
    epochs: { type: "string", default: "150" },
    only: { type: "string", default: "load,word,map,snapshot,training,api" },
  },
});
const [terms, many, pairs] = [Number(options.terms), Number(options.many), Number(options.pairs)];
const parts = { load, word, map, snapshot, api };
const wanted = options.only.split(",");

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path));
if (executablePath === undefined)
  throw new Error("bench:page: a Chromium must be at /usr/bin/chromium or CHROMIUM, got none");
const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
console.log(
  `Chromium ${browser.version()}, ${VIEWPORT.width} x ${VIEWPORT.height}, ${terms} words of ${VECTOR_SIZE} numbers`,
);
interface Served {
  readonly thread: QueryThread;
  readonly origin: string;
}

async function serveMadeUp(): Promise<Served> {
  const models = [
    { name: "vectors", kind: "vectors" },
    { name: "map", kind: "layout" },
    { name: "large", kind: "layout" },
  ];
  const shown = { runs: [], reading: { plugins: false } };
  const thread = await serveOnThread(models, builtIn, { host: "127.0.0.1", port: 0, shown });
  await thread.publish("vectors", { sequence: 1, value: madeUpVectors(terms, VECTOR_SIZE) });
  await thread.publish("map", { sequence: 1, value: madeUpLayout(terms) });
  await thread.publish("large", { sequence: 1, value: madeUpLayout(many) });
  return { thread, origin: `http://127.0.0.1:${thread.address.port}` };
}

/** Points in ten round clusters. */
function madeUpLayout(count: number): TermLayout {
  const groups = Uint8Array.from({ length: count }, (_, row) => row % 10);
  const points = new Uint16Array(2 * count);
  groups.forEach((group, row) => {
    const [turn, far] = [row * 2.399963, 7000 * Math.sqrt(((row * 0.618034) % 1) + 0.001)];
    points[2 * row] = 32_767 + 22_000 * Math.cos(0.628 * group) + far * Math.cos(turn);
    points[2 * row + 1] = 32_767 + 22_000 * Math.sin(0.628 * group) + far * Math.sin(turn);
  });
  const names = Array.from(groups, (_, row) => (row % 3 === 0 ? `词${row}` : `t${row}`));
  return { terms: names, points, groups, earlier: [], neighborsKept: 0.2, of: count, metadata: new Map() };
}

async function inPage<Result>(action: (page: Page) => Promise<Result>): Promise<Result> {
  const context = await browser.newContext({ viewport: VIEWPORT, locale: "en" });
  const page = await context.newPage();
  try {
    return await action(page);
  } finally {
    await context.close();
  }
}

const LOOK_EVERY_MS = 5;
const PATIENCE_MS = 120_000;

/** The page's policy lets no text become a script in it, so that it is asked from outside. */
async function until(page: Page, expression: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await wait(LOOK_EVERY_MS))
    if (await page.evaluate(expression)) return;
  throw new Error(`bench:page: the page must come to ${expression}, got nothing in ${PATIENCE_MS} ms`);
}

/** When something was first seen; undefined before. */
const PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";

/** What the first view loads, and when it first paints. */
async function load({ origin }: Served): Promise<void> {
  let bytes = 0;
  const paints: number[] = [];
  for (let round = 0; round < ROUNDS; round++)
    await inPage(async (page) => {
      const sizes: Promise<number>[] = [];
      page.on("response", (response) => {
        if (/\.(js|css)$/.test(response.url()))
          sizes.push(
            response
              .request()
              .sizes()
              .then(({ responseBodySize }) => responseBodySize),
          );
      });
      await page.goto(`${origin}/#/word`);
      await page.waitForSelector("main .controls");
      await until(page, PAINT);
      paints.push(Number(await page.evaluate(PAINT)));
      bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    });
  console.log(
    `first load: ${(bytes / 1000).toFixed(1)} kB of scripts and styles, packed; first paint ${spread(paints)}`,
  );
}

/** From Enter in the search box to the list. */
async function word({ origin }: Served): Promise<void> {
  const times = await inPage(async (page) => {
    await page.goto(`${origin}/#/word/t7?models=vectors`);
    await page.waitForSelector(".list li");
    const found: number[] = [];
    for (let round = 0; round < 3 * ROUNDS; round++) {
      const term = `t${1000 + 37 * round}`;
      await page.fill("input[type=search]", term);
      const began = performance.now();
      await page.press("input[type=search]", "Enter");
      await until(page, `document.title.startsWith("${term} ") && !!document.querySelector(".list li")`);
      found.push(performance.now() - began);
    }
    return found;
  });
  console.log(`word page: ${spread(times)}`);
}

/** Maps that are laid out already: until all is drawn, frames while they move, and what the browser takes for them. */
async function map({ origin }: Served): Promise<void> {
  for (const [model, count] of [["map", terms] as const, ["large", many] as const])
    await inPage(async (page) => {
      const began = performance.now();
      await page.goto(`${origin}/#/map?model=${model}&top=${count}`);
      await until(page, isDrawn);
      const ready = performance.now() - began;
      const frames = (await page.evaluate(moved)) as number[];
      const sorted = frames.sort((a, b) => a - b);
      const p95 = sorted[Math.floor(0.95 * sorted.length)]!;
      const perSecond = (1000 * frames.length) / frames.reduce((sum, each) => sum + each, 0);
      console.log(
        `map of ${count}: ready in ${(ready / 1000).toFixed(2)} s; moving ${perSecond.toFixed(1)} frames/s, median ${median(frames).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms; peak of the page's process ${await peakOfPage()} MB`,
      );
    });
}

const isDrawn = `(() => {
  const canvas = document.querySelector(".map canvas");
  if (!canvas || canvas.width < 400) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size > 10;
})()`;

/** Milliseconds of each frame while arrow keys move the map to and fro. */
const moved = `new Promise((resolve) => {
  const canvas = document.querySelector(".map canvas");
  const times = [];
  let [before, until] = [performance.now(), performance.now() + ${MOVING_MS}];
  const frame = (now) => {
    times.push(now - before);
    before = now;
    if (now > until) return resolve(times.slice(1));
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key: times.length % 40 < 20 ? "ArrowLeft" : "ArrowRight" }));
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})`;

/** The largest peak of the memory of processes that show pages. */
async function peakOfPage(): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const peaks = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0));
  return Math.round(Math.max(...peaks) / 1024);
}

/** From the call that publishes other vectors to the list that shows them. */
async function snapshot({ thread, origin }: Served): Promise<void> {
  const times = await inPage(async (page) => {
    await page.goto(`${origin}/#/word/t7?models=vectors`);
    await page.waitForSelector(".list li");
    const found: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const value = madeUpVectors(terms, VECTOR_SIZE, 0.001 * round);
      const shown = JSON.stringify(await page.evaluate(`document.querySelector(".list").innerText`));
      const began = performance.now();
      await thread.publish("vectors", { sequence: 1 + round, value });
      await until(page, `document.querySelector(".list")?.innerText !== ${shown}`);
      found.push(performance.now() - began);
    }
    return found;
  });
  console.log(`a new snapshot is seen after ${spread(times)}`);
}

/** Answers while this process learns and a page is open, with a snapshot every five seconds. */
async function api({ thread, origin }: Served): Promise<void> {
  await inPage(async (page) => {
    await page.goto(`${origin}/#/word/t7?models=vectors`);
    await page.waitForSelector(".list li");
    const value = madeUpVectors(terms, VECTOR_SIZE);
    let sequence = 100;
    const timer = setInterval(() => void thread.publish("vectors", { sequence: ++sequence, value }), 5000);
    const stop = new AbortController();
    const trained = train(1, stop.signal);
    const times = await askedBy({ port: thread.address.port, clients: 1, seconds: 20, terms });
    stop.abort();
    clearInterval(timer);
    await trained;
    console.log(`answers while a model learns and a page is open: ${report(times)}`);
  });
}

function spread(times: readonly number[]): string {
  return `${median([...times]).toFixed(0)} ms (median of ${times.length}; longest ${Math.max(...times).toFixed(0)})`;
}

const served = wanted.some((part) => part in parts) ? await serveMadeUp() : undefined;
try {
  for (const [name, measure] of Object.entries(parts)) if (served && wanted.includes(name)) await measure(served);
} finally {
  await served?.thread.close();
}
await browser.close();
if (wanted.includes("training"))
  await measureTraining({ executablePath, viewport: VIEWPORT, rounds: pairs, epochs: Number(options.epochs) });
