import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { of } from "rxjs";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { writeContextVectors } from "#sinks";
import { collect } from "../support/collect.js";
import { command, type StartedCommand, startCommand } from "../support/command.js";
import { shortOrLong } from "../support/shortOrLong.js";
import { browserPath, countQuestions, faultsOf, settled, startBrowser } from "./browser.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PATIENCE = 60_000;
const VIEWPORT = { width: 1280, height: 720 };

const config = `
source: { files: { paths: corpus.txt, format: lines } }
steps:
  - tokenize: { mode: chinese }
  - buildVocab: { minCount: 1 }
  - writeVocabulary: { path: vocab.txt }
  - encode
branches:
  word2vec:
    - windowContexts: { sample: 0 }
    - word2vec: { vectorSize: 8, epochs: 3 }
    - writeVectors: { path: word2vec.arrow }
  glove:
    - windowContexts
    - accumulateCooccurrence
    - writeCooccurrence: { path: cooccurrence.arrow }
    - glove: { vectorSize: 8, epochs: 3 }
    - writeVectors: { path: glove.arrow }
    - layOut: { snapshots: 3 }
    - writeLayout: { path: layout.arrow }
  lda:
    - documentTerms
    - lda: { topics: 3, epochs: 2 }
    - writeTopics: { path: topics.arrow }
`;
const lines = [
  "the cat sat on the mat and the dog ran to the cat",
  "a dog and a cat play near the old house of the queen",
  "the king and the queen live in an old house",
  "猫坐在垫子上 狗跑到猫那里 国王和王后住在老房子里",
];
/** Markup, marks that turn the direction, control characters, and a thousand bytes. */
const hostile = ["<img/src=x/onerror=document.title='owned'>", "a\u202eb", "c\u009bd", "長".repeat(333)];
const views = [
  "#/word/cat",
  "#/word/猫?table=1",
  "#/map?model=layout&colour=topic",
  "#/cooccurrence/cat",
  "#/analogy?a=king&b=queen&c=cat",
  "#/matrix?terms=cat,dog,king,queen",
  "#/topics",
  "#/context/川普?k=2",
  "#/run",
  "#/curves",
  "#/compare/cat",
];

/** 川普 in two senses: the vectors of its places point along one axis or the other. */
async function writePlaces(path: string): Promise<void> {
  const terms = Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? ["他", "说", "川普"] : ["川普", "当选"])).flat();
  const sentences = terms.map((_, word) => 2 * Math.floor(word / 5) + (word % 5 < 3 ? 0 : 1));
  const batch = {
    terms,
    ...{ rowDocuments: new Uint32Array(terms.length), sentences: Uint32Array.from(sentences) },
    places: Uint32Array.from(terms.keys()),
    ...{ layers: Int32Array.of(1), layerSizes: Uint32Array.of(2) },
    values: Float32Array.from(sentences.flatMap((sentence) => [1 - (sentence % 2), sentence % 2])),
  };
  await collect(of(batch).pipe(writeContextVectors({ path })));
}

if (!browserPath) console.warn("page.browser.test.ts is skipped: no chromium is installed");

describe.skipIf(!browserPath)("the page in a browser", () => {
  let browser: Browser;
  let page: Page;
  let server: StartedCommand;
  let origin: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lexstream-page-"));
    writeFileSync(join(folder, "corpus.txt"), `${Array.from({ length: 20 }, () => lines.join("\n")).join("\n")}\n`);
    writeFileSync(join(folder, "c.yaml"), config);
    const rows = ["cat", ...hostile].map((term, k) => `${term} ${Math.cos(k)} ${Math.sin(k)} 1`);
    writeFileSync(join(folder, "hostile.vec"), `${rows.length} 3\n${rows.join("\n")}\n`);
    await writePlaces(join(folder, "places.arrow"));
    const trained = await command("run", join(folder, "c.yaml"), "--out", join(folder, "small"), "--progress", "none");
    if (trained.code !== 0) throw new Error(trained.err);
    server = startCommand([
      "page",
      join(folder, "small"),
      join(folder, "places.arrow"),
      join(folder, "hostile.vec"),
      "--listen",
      "127.0.0.1:0",
    ]);
    const started = async () => /http:\/\/\S+/.exec(server.out())?.[0] ?? Promise.reject(new Error(server.err()));
    origin = await vi.waitFor(started, { timeout: PATIENCE, interval: 50 });
    const asked = async () =>
      expect((await (await fetch(`${origin}/status?model=hostile.vec`)).json()).sequence).toBe(1);
    await vi.waitFor(asked, { timeout: PATIENCE, interval: 50 });
    browser = await startBrowser();
    const context = await browser.newContext({ viewport: VIEWPORT, locale: "en" });
    await context.addInitScript(countQuestions);
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
  });
  afterAll(async () => {
    await browser?.close();
    server?.interrupt();
    await server?.ended;
    await rm(folder, { recursive: true, force: true });
  });

  /** Loads the page anew, and gives all that it does wrong. */
  async function open(
    hash: string,
    { page: wanted = page, colorScheme = "light" as "light" | "dark" } = {},
  ): Promise<string[]> {
    const faults = faultsOf(wanted, origin);
    await wanted.emulateMedia({ colorScheme });
    if (wanted.url().startsWith(origin)) {
      await wanted.evaluate((address) => history.replaceState(undefined, "", address), hash);
      await wanted.reload(); // which takes no new process
    } else await wanted.goto(`${origin}/${hash}`);
    await settled(wanted, PATIENCE);
    return faults;
  }

  async function show(hash: string): Promise<void> {
    await page.evaluate((address) => Object.assign(location, { hash: address }), hash);
    await page.waitForFunction((address) => decodeURI(location.hash) === address, hash);
    await settled(page, PATIENCE);
  }

  it.each([
    ["en", "light"],
    ["zh", "dark"],
  ] as const)(
    "has no fault that axe finds, and does nothing that its policy forbids, in %s and %s",
    async (lang, colorScheme) => {
      const faults = await open(`#/word?lang=${lang}`, { colorScheme });
      await page.evaluate(axe);
      const shown = views.filter((_, k) => lang === "en" || k % shortOrLong(3, 1) === 0);
      for (const view of shown) {
        await show(view.includes("?") ? `${view}&lang=${lang}` : `${view}?lang=${lang}`);
        // biome-ignore lint/suspicious/noExplicitAny: axe is a script in the page
        const { violations } = await page.evaluate(() => (globalThis as any).axe.run({ resultTypes: ["violations"] }));
        const found = violations.map(
          ({ id, nodes }: { id: string; nodes: { html: string }[] }) => `${id}: ${nodes[0]!.html}`,
        );
        expect(found, view).toEqual([]);
        expect(await page.getAttribute("html", "lang")).toBe(lang);
      }
      expect(faults).toEqual([]);
    },
  );

  it("shows hostile terms as text, in lists, tables and on the map", async () => {
    const faults = await open("#/word/cat?models=hostile.vec");
    const listed = await page.locator(".list .term").allTextContents();
    expect(listed).toContain(hostile[0]);
    expect(listed).toContain("a\\u202eb");
    expect(listed).toContain("c\\u009bd");
    expect(Math.max(...listed.map((term) => [...term].length))).toBeLessThanOrEqual(60);
    for (const view of ["#/map?model=hostile.vec&table=1", `#/word/${encodeURIComponent(hostile[0]!)}`])
      await open(view);
    expect(await page.title()).not.toBe("owned");
    expect(await page.locator("img").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it("answers with what the command line answers", async () => {
    await open("#/word/cat?models=word2vec&k=5");
    const shown = await page.locator(".list li").allInnerTexts();
    const told = await command("neighbors", join(folder, "small/word2vec.arrow"), "cat", "-k", "5", "--json");
    const near = JSON.parse(told.out)[0].neighbors as readonly { term: string; score: number }[];
    expect(near).toHaveLength(5);
    expect(shown.map((row) => row.split(/\s+/).filter(Boolean))).toEqual(
      near.map(({ term, score }) => [term, score.toFixed(3)]),
    );
  });

  it("is walked by keyboard: a word is typed, views are gone to, a picture becomes its table and back", async () => {
    await open("#/word");
    await page.keyboard.press("Tab"); // skips to the content
    await page.keyboard.press("Tab"); // home
    await page.keyboard.press("Tab");
    await page.keyboard.type("dog");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".list li");
    expect(await page.evaluate(() => location.hash)).toBe("#/word/dog");
    await page.keyboard.press("Tab"); // the button
    await page.keyboard.press("t");
    await page.waitForSelector(".picture table");
    expect(await page.evaluate(() => location.hash)).toBe("#/word/dog?table=1");
    await page.keyboard.press("t");
    await page.waitForSelector(".list li");
    const reached = new Set<string>();
    for (let k = 0; k < 60; k++) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement?.textContent ?? ""));
    }
    for (const name of ["Map", "Partners", "Analogy", "Matrix", "Topics", "Context", "Run", "Curves", "Compare"])
      expect(reached).toContain(name);
  });

  it("draws a map, moves it by keys, and lists what is chosen", async () => {
    await open("#/map?model=glove");
    await page.waitForSelector(".map canvas");
    const colours = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>(".map canvas")!;
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
    await vi.waitFor(async () => expect(await colours()).toBeGreaterThan(10), { timeout: PATIENCE });
    await page.focus(".map canvas");
    await page.keyboard.press("+");
    await page.waitForFunction(() => /z=1\.5/.test(location.hash));
    await page.keyboard.press("0");
    await page.keyboard.press("Enter");
    await page.waitForSelector("section .links .term");
    expect(await page.locator("section .links .term").allTextContents()).toContain("cat");
  });

  it("goes back, by keys, to where words lay in earlier epochs of a finished run", async () => {
    await open("#/map"); // what the run has laid out comes first
    const slider = page.locator("input[type=range]");
    const label = () => page.locator("label:has(input[type=range])").innerText();
    expect(await label()).toContain("Snapshot 3 of 3");
    await slider.focus();
    for (const version of ["2", "1"]) {
      await page.keyboard.press("ArrowLeft");
      await page.waitForFunction((shown) => location.hash === `#/map?layout=${shown}`, version);
      await settled(page, PATIENCE);
      expect(await label()).toContain(`Snapshot ${version} of 3`);
    }
    await page.keyboard.press("End");
    await page.waitForFunction(() => location.hash === "#/map");
    await settled(page, PATIENCE);
    expect(await label()).toContain("Snapshot 3 of 3");
  });

  it("groups the places of a word by sense, with their sentences", async () => {
    await open("#/context/川普?k=2");
    await page.waitForSelector(".places circle");
    const groups = await page.locator(".senses section").allInnerTexts();
    expect(groups.map((group) => group.replace(/\s+/g, " "))).toEqual([
      expect.stringContaining("50.0 % of its places 他说川普"),
      expect.stringContaining("50.0 % of its places 川普当选"),
    ]);
    expect(await page.locator(".places circle").count()).toBe(8);
  });

  it("shows the same again at the same address, in another browser", async () => {
    const context = await browser.newContext({ viewport: VIEWPORT, locale: "en" });
    onTestFinished(() => context.close());
    await context.addInitScript(countQuestions);
    const other = await context.newPage();
    for (const view of ["#/word/cat?models=glove&k=5", "#/topics?lambda=0.2&k=20"]) {
      await open(view);
      await open(view, { page: other });
      const text = await page.innerText("main");
      expect(text.length).toBeGreaterThan(60);
      expect(await other.innerText("main")).toBe(text);
      expect(await page.evaluate(() => location.href.length)).toBeLessThan(500);
    }
  });
});
