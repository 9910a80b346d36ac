/**
 * A whole live run under load: `lexstream run --serve` takes in posts while its model learns, and answers questions meanwhile.
 *
 *     npm run bench:live -- [--clients 50] [--seconds 60] [--terms 200000] [--vectorSize 100] [--pause 0]
 *
 * Clients post a hundred documents of 16 words at a time, drawn from so many terms, more than can be learned; one that is refused
 * tries again after 50 ms, one that is not posts again after so many milliseconds. One client more asks for 10 neighbours, ten times
 * a second, on a thread of its own. Then the run is stopped (SIGTERM), resumed to learn what the journal has more, and ended
 * (--finish), and what it counted is compared with what was accepted.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { drawBelow, randomStream } from "../kernels/index.js";
import type { Manifest } from "../pipelines/index.js";

interface Questions {
  readonly url: string;
  readonly seconds: number;
  readonly terms: number;
}

interface Answers {
  readonly milliseconds: readonly number[];
  readonly unknown: number;
  readonly other: number;
}

const DOCUMENTS = 100;
const WORDS = 16;
const [POSTS, QUERIES] = ["http://127.0.0.1:7493", "http://127.0.0.1:7494"];
const CLI = fileURLToPath(new URL("../cli/main.js", import.meta.url));

if (isMainThread) await measure();
else parentPort!.postMessage(await ask(workerData as Questions));

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: {
      clients: { type: "string", default: "50" },
      seconds: { type: "string", default: "60" },
      terms: { type: "string", default: "200000" },
      vectorSize: { type: "string", default: "100" },
      pause: { type: "string", default: "0" },
    },
  });
  const [clients, seconds, terms] = [Number(values.clients), Number(values.seconds), Number(values.terms)];
  const folder = await mkdtemp(join(tmpdir(), "lexstream-live-"));
  try {
    const config = join(folder, "live.yaml");
    writeFileSync(config, configOf(terms, Number(values.vectorSize)));
    const args = [CLI, "run", config, "--out", join(folder, "out"), "--progress", "none"];
    const serving = ["--serve", new URL(QUERIES!).host];
    const child = spawn(process.execPath, [...args, ...serving], { stdio: "inherit" });
    await listening(POSTS!);
    console.log(`${clients} clients for ${seconds} s, ${terms} terms, D = ${values.vectorSize}`);
    const memory = watchMemory(child);
    const workerOptions = { workerData: { url: QUERIES!, seconds, terms } satisfies Questions };
    const asking = once(new Worker(new URL(import.meta.url), workerOptions), "message");
    const tally = await postAll(clients, seconds, terms, Number(values.pause));
    const [answers] = (await asking) as [Answers];
    const { documents, secondsRunning, used, vocabulary } = await counters();
    console.log(`${tally.accepted} posts answered with 202, ${tally.refused} with 429, ${tally.other} otherwise`);
    console.log(`questions: ${report(answers)}`);
    console.log(memory());
    const pace = (used! / secondsRunning! / 1000).toFixed(0);
    console.log(`${pace} thousand words learned from a second, ${documents} documents by then, ${vocabulary} terms`);
    await ended(child, "SIGTERM");
    const sent = tally.accepted * DOCUMENTS;
    const rest = spawn(process.execPath, [...args, "--resume", ...serving], { stdio: "ignore" }); // of the journal
    await listening(QUERIES!);
    while (((await counters()).documents ?? 0) < sent) await wait(500);
    await wait(500); // for what nobody was promised
    await ended(rest, "SIGTERM");
    await ended(spawn(process.execPath, [...args, "--finish"], { stdio: ["ignore", "ignore", "inherit"] }));
    const { counts } = JSON.parse(readFileSync(join(folder, "out/manifest.json"), "utf8")) as Manifest;
    console.log(
      `${sent} documents accepted, ${counts.documents} counted; ${sent * WORDS} words, ${counts.read} counted`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the run tells of itself. */
async function counters(): Promise<Partial<Record<string, number>>> {
  const status = (await (await fetch(`${QUERIES}/status`)).json()) as { counters: Record<string, number> };
  return status.counters;
}

function configOf(terms: number, vectorSize: number): string {
  return `
source:
  http: { port: ${new URL(POSTS!).port}, journal: posts.jsonl }
checkpoint: { every: 30s }
steps:
  - normalize
  - tokenize
  - growVocab: { maxSize: ${terms}, minCount: 1 }
  - windowContexts: { radius: random }
  - word2vec: { vectorSize: ${vectorSize}, online: true }
  - writeVectors: { path: vectors.arrow }
`;
}

async function postAll(clients: number, seconds: number, terms: number, pause: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const stream = randomStream(1, "words");
  const until = performance.now() + 1000 * seconds;
  const tally = { accepted: 0, refused: 0, other: 0 };
  let drawn = 0;
  const word = () => `w${drawBelow(stream, drawn++, terms)}`;
  const bodies = Array.from({ length: 500 }, () =>
    Array.from({ length: DOCUMENTS }, () => `${Array.from({ length: WORDS }, word).join(" ")}\n`).join(""),
  );
  const client = async (first: number) => {
    for (let post = first; performance.now() < until; post += clients) {
      const { status } = await send(`${POSTS}/`, agent, bodies[post % bodies.length]);
      if (status === 202) tally.accepted++;
      else if (status === 429) tally.refused++;
      else tally.other++;
      await wait(status === 429 ? 50 : pause);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, k) => client(k)));
  agent.destroy();
  return tally;
}

/** Ten questions a second, once there is something to be asked about. */
async function ask({ url, seconds, terms }: Questions): Promise<Answers> {
  const agent = new Agent({ keepAlive: true });
  const answers = { milliseconds: [] as number[], unknown: 0, other: 0 };
  const until = performance.now() + 1000 * seconds;
  for (let asked = 0; performance.now() < until; asked++) {
    const before = performance.now();
    const { status } = await send(`${url}/neighbors?term=w${(asked * 7919) % terms}&k=10`, agent);
    if (status === 200) answers.milliseconds.push(performance.now() - before);
    else if (status === 404) answers.unknown++;
    else answers.other++;
    await wait(100);
  }
  agent.destroy();
  return answers;
}

function send(url: string, agent: Agent, body?: string): Promise<{ status: number | undefined }> {
  const headers = { "Content-Type": "text/plain" };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: body === undefined ? "GET" : "POST", agent, headers }, (answer) => {
      answer.resume().on("end", () => resolve({ status: answer.statusCode }));
    });
    sent.on("error", reject).end(body);
  });
}

async function listening(url: string): Promise<void> {
  for (;;) {
    const failure = await fetch(url).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    await wait(100);
  }
}

/** Resident megabytes of another process, looked at twice a second, where the system tells. */
function watchMemory({ pid }: ChildProcess): () => string {
  const sizes: number[] = [];
  const look = () => {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    sizes.push(Number(kilobytes) / 1024);
  };
  look();
  const timer = setInterval(look, 500);
  return () => {
    clearInterval(timer);
    const part = (from: number, to: number) => sizes.slice(from * sizes.length, to * sizes.length);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [middle, late] = [mean(part(0.5, 0.75)), mean(part(0.75, 1))];
    return `resident memory ${Math.max(...sizes).toFixed(0)} MiB at most, ${middle.toFixed(0)} in the third quarter of the time, ${late.toFixed(0)} in the last`;
  };
}

function report({ milliseconds, unknown, other }: Answers): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1);
  return `${sorted.length} answered, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms; ${unknown} about terms without a row, ${other} too early`;
}

async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  const exit = once(child, "exit");
  if (signal) child.kill(signal);
  const [code] = await exit;
  if (code !== 0) throw new Error(`bench:live: the run must end well, got exit code ${code}`);
}
