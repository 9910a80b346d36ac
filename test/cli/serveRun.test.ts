import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type StartedCommand, startCommand } from "../support/command.js";
import { parsePrometheus } from "../support/prometheus.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const plugin = fileURLToPath(new URL("../support/fixedVocabulary.mjs", import.meta.url));
const PATIENCE = { timeout: 60_000, interval: 50 };

const config = `
source: { tail: { paths: news.txt, pollInterval: 10ms } }
checkpoint: { every: 100ms }
plugins: [${plugin}]
steps:
  - normalize
  - tokenize: { mode: chinese }
  - fixedVocabulary: { terms: [the, cat, sat, dog, ran, 猫, 狗, 坐, 跑] }
branches:
  small:
    - windowContexts: { windowSize: 2, batchSize: 10, radius: fixed, sample: 0 }
    - word2vec: { vectorSize: 4, epochs: 1, schedule: constant, kernel: reference }
    - writeVectors: { path: small.txt }
  large:
    - windowContexts: { batchSize: 10, radius: fixed, sample: 0 }
    - word2vec: { vectorSize: 16, epochs: 1, schedule: constant, kernel: reference }
    - writeVectors: { path: large.txt }
`;
const epochs = `
source: { files: { paths: news.txt } }
steps:
  - tokenize
  - buildVocab: { minCount: 1 }
  - encode
  - windowContexts: { batchSize: 100, radius: fixed, sample: 0 }
  - word2vec: { vectorSize: 4, epochs: 100000 }
  - writeVectors: { path: vectors.txt }
`;
const house = fileURLToPath(new URL("../fixtures/house/hotTerms.mjs", import.meta.url));
const otherKind = `
source: { files: { paths: news.txt } }
plugins: [${house}]
steps: [tokenize: { mode: chinese }, buildVocab: { minCount: 1 }, encode, hotTerms, countSpread: { epochs: 100000 }]
`;
const hush = `{
  name: "hush", kind: "model", reads: "ids", makes: "silent", summary: "Learns what nobody can ask for", fields: {},
  create: () => ({ epochs: 1, update() {}, result() {}, close() {} }),
}`;
const table = epochs.replace(
  / {2}- word2vec: .*/s,
  "  - accumulateCooccurrence\n  - writeCooccurrence: { path: table.arrow }\n",
);
/** Eight words that the vocabulary has, and one that it does not have. */
const LINE = "the cat sat, the dog ran: 猫坐着\n";

async function project(text = LINE.repeat(20)): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "c.yaml"), config);
  writeFileSync(join(folder, "news.txt"), text);
  return folder;
}

const argsOf = (folder: string, args: readonly string[]) => [
  ...["run", join(folder, "c.yaml"), "--plugins", "--out", join(folder, "out"), ...args],
];

function run(folder: string, args: readonly string[], env: Record<string, string> = {}): StartedCommand {
  const running = startCommand(argsOf(folder, args), env);
  onTestFinished(async () => {
    running.interrupt();
    await running.ended;
  });
  return running;
}

/** The same in a process of its own, which gets signals. */
function runProcess(folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...argsOf(folder, args)]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return { child, err: () => err, ended: once(child, "close").then(([code]) => code as number | null) };
}

const urlOf = ({ err }: Pick<StartedCommand, "err">): Promise<string> =>
  vi.waitFor(() => /http:\/\/\S+/.exec(err())?.[0] ?? Promise.reject(new Error(`not served yet: ${err()}`)), PATIENCE);

// biome-ignore lint/suspicious/noExplicitAny: what comes is what the test is about
const ask = async (url: string, headers = {}): Promise<any> => (await fetch(url, { headers })).json();

/** Reads the stream of events up to one that is wanted. */
function eventsOf(url: string) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const opened = fetch(`${url}/events`, { signal: stop.signal });
  const reading = opened.then(({ body }) => body!.pipeThrough(new TextDecoderStream()).getReader());
  let text = "";
  // biome-ignore lint/suspicious/noExplicitAny: what comes is what the test is about
  const until = async (name: string, isWanted: (data: any) => boolean): Promise<any> => {
    const reader = await reading;
    for (;;) {
      const told = [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].filter(([, event]) => event === name);
      const found = told.map(([, , data]) => JSON.parse(data!)).find(isWanted);
      if (found) return found;
      const { value, done } = await reader.read();
      if (done) throw new Error(`the stream ended with ${text}`);
      text += value;
    }
  };
  return { until };
}

describe("lexstream run --serve", () => {
  it("answers from what the first model has learned so far, while more text comes, until SIGTERM and behind --resume", async () => {
    const folder = await project();
    const first = runProcess(folder, ["--serve", "127.0.0.1:0"]);
    const url = await urlOf(first);
    const learned = (documents: number) => async () =>
      expect(await ask(`${url}/status`)).toMatchObject({ documents, terms: 9, vectorSize: 4 });
    await vi.waitFor(learned(20), PATIENCE);
    const { neighbors, sequence } = await ask(`${url}/neighbors?term=cat&k=3`);
    expect(neighbors).toHaveLength(3);

    appendFileSync(join(folder, "news.txt"), LINE.repeat(5));
    await vi.waitFor(learned(25), PATIENCE);
    const { counters, tokens, ...status } = await ask(`${url}/status`);
    expect(status.sequence).toBeGreaterThan(sequence);
    expect(counters).toMatchObject({ model: "small", stage: "live", documents: 25, vocabulary: 9, read: tokens });
    expect(counters.used + counters.belowMinCount).toBe(tokens);
    const numbers = parsePrometheus(await (await fetch(`${url}/metrics`)).text());
    expect(numbers.get("lexstream_documents")).toBe(25);
    expect(numbers.get("lexstream_snapshot_sequence")).toBe(status.sequence);

    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect(first.err()).toMatch(/^run: stopped; go on with: lexstream run .* --serve 127\.0\.0\.1:0 .*--resume\n/m);

    const second = run(folder, ["--serve", "127.0.0.1:0", "--resume"]);
    const again = await urlOf(second);
    const known = async () => expect(await ask(`${again}/status`)).toMatchObject({ documents: 25, terms: 9 });
    await vi.waitFor(known, PATIENCE);
  });

  it("sends the page, tells events of the run as it goes, and what its steps are", async () => {
    const folder = await project();
    const url = await urlOf(run(folder, ["--serve", "127.0.0.1:0"]));
    const html = await fetch(`${url}/`);
    expect(html.headers.get("content-security-policy")).toContain("default-src 'none'");
    const scripts = [...(await html.text()).matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(scripts.length).toBeGreaterThan(1);
    for (const path of scripts) expect((await fetch(url + path)).status, path).toBe(200);

    const events = eventsOf(url);
    const read = await events.until("run", ({ ledger }) => ledger.counts.documents === 20);
    expect(read).toMatchObject({ run: "c", stage: "live", ledger: { counts: { documents: 20 } } });
    const models = await events.until("models", ([first]) => first.summary.documents === 20);
    expect(models.map(({ model, kind }: Record<string, string>) => [model, kind])).toEqual([
      ["small", "vectors"],
      ["large", "vectors"],
    ]);
    appendFileSync(join(folder, "news.txt"), LINE.repeat(5));
    await events.until("run", ({ ledger }) => ledger.counts.documents === 25);

    expect(await ask(`${url}/runs`)).toEqual({ runs: [{ run: "c", isFinished: false }] });
    const { nodes } = await ask(`${url}/graph?run=c`);
    const units = nodes.map(({ unit }: { unit: string }) => unit);
    for (const name of [
      "tail",
      "normalize",
      "tokenize",
      "fixedVocabulary",
      "windowContexts",
      "word2vec",
      "writeVectors",
    ])
      expect(units).toContain(name);
    expect((await fetch(`${url}/manifest?run=c`)).status).toBe(404);
  });

  it("answers while a model learns from files, epoch by epoch", async () => {
    const folder = await project(LINE.repeat(300));
    writeFileSync(join(folder, "c.yaml"), epochs);
    const url = await urlOf(run(folder, ["--serve", "127.0.0.1:0"]));
    const again = async () => expect((await ask(`${url}/status`)).sequence).toBeGreaterThan(1);
    await vi.waitFor(again, PATIENCE);
    expect((await ask(`${url}/neighbors?term=cat&k=3`)).neighbors).toHaveLength(3);
    const { counters } = await ask(`${url}/status`);
    expect(counters.stage).toMatch(/^epoch \d+ of 100000$/);
    expect(counters).toMatchObject({ documents: 300, tokensInAll: counters.read });
  });

  it("answers what a kind from outside says, and tells before it begins where nothing can be asked", async () => {
    const folder = await project();
    writeFileSync(join(folder, "c.yaml"), otherKind);
    const url = await urlOf(run(folder, ["--serve", "127.0.0.1:0"]));
    const learned = async () => expect((await ask(`${url}/documents?term=猫`)).documents).toBeGreaterThanOrEqual(20);
    await vi.waitFor(learned, PATIENCE);
    expect((await ask(`${url}/neighbors?term=cat`)).error).toContain("known paths are /status, /models, /documents");

    const silent = "export const silent = { name: 'silent', arrives: 'whole' };";
    writeFileSync(join(folder, "silent.mjs"), `${silent} export const hush = ${hush};`);
    writeFileSync(join(folder, "c.yaml"), otherKind.replace(house, "silent.mjs").replace(/hotTerms, .*]/, "hush]"));
    const nothing = run(folder, ["--out", join(folder, "other"), "--serve"]);
    expect(await nothing.ended).toBe(2);
    expect(nothing.err()).toBe(
      "run: --serve needs a model that makes what can be asked (vocabulary, contextVectors, cooccurrence, vectors, layout, classifier, languageModel, topics, searchIndex), got hush makes silent in c\n",
    );
    expect(existsSync(join(folder, "other"))).toBe(false);
  });

  it("says that there is nothing to answer from yet", async () => {
    const url = await urlOf(run(await project(""), ["--serve", "127.0.0.1:0"]));
    const answer = await fetch(`${url}/neighbors?term=cat`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  it("takes the token from the environment", async () => {
    const env = { LEXSTREAM_TOKEN: "open-sesame" };
    const server = run(await project(), ["--serve", "0.0.0.0:0"], env);
    const url = (await urlOf(server)).replace("0.0.0.0", "127.0.0.1");
    expect(await ask(`${url}/status`)).toEqual({ error: "the token must be sent as Authorization: Bearer TOKEN" });
    expect(await ask(`${url}/status`, { authorization: "Bearer open-sesame" })).toHaveProperty("counters");
    expect(server.err()).not.toContain("sesame");
  });

  it.each([
    [["--serve", "0.0.0.0:0"], "serve: an address that other machines reach must have a token, got none for 0.0.0.0"],
    [["--serve", "seven"], 'serve: the address must be HOST:PORT, such as 127.0.0.1:7411, got "seven"'],
    [
      ["--serve", "127.0.0.1:99999"],
      'serve: the address must be HOST:PORT, such as 127.0.0.1:7411, got "127.0.0.1:99999"',
    ],
    [["--token", "x"], "run: --token must go with --serve, got it alone"],
  ])("refuses %j before it begins", async (options, error) => {
    const folder = await project();
    const refused = run(folder, options);
    expect(await refused.ended).toBe(2);
    expect(refused.err()).toBe(`${error}\n`);
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  it("says that an address is taken, and that a config has nothing that could be asked", async () => {
    const folder = await project();
    const { host } = new URL(await urlOf(run(folder, ["--serve", "127.0.0.1:0"])));
    const taken = run(folder, ["--out", join(folder, "other"), "--serve", host]);
    expect(await taken.ended).toBe(1);
    expect(taken.err()).toBe(`serve: ${host} must be an address that is free, got EADDRINUSE\n`);
    writeFileSync(join(folder, "c.yaml"), table);
    const nothing = run(folder, ["--out", join(folder, "other"), "--serve"]);
    expect(await nothing.ended).toBe(2);
    expect(nothing.err()).toMatch(/^run: --serve needs a model that makes what can be asked \(.*\), got none in c\n$/);
  });
});
