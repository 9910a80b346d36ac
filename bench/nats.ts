/**
 * How fast the messages of a NATS stream are read, and what is read when the reader is killed (SIGKILL) again and again and goes on from
 * the cursor that it has kept together with what it has learned: every message once, in order.
 *
 *     npm run bench:nats -- [--messages 1000000] [--length 55] [--kills 20]
 *
 * It starts a server of its own; `nats-server` must be installed.
 */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawBelow, randomStream } from "../kernels/index.js";
import { drain, run } from "../runtime/index.js";
import type { TextBatch } from "../schemas/index.js";
import { nats } from "../sources/index.js";
import { watchMemory } from "./watchMemory.js";

interface Reading {
  readonly url: string;
  readonly count: number;
  /** Where to keep the cursor and what was learned. */
  readonly path: string;
  /** Milliseconds that a batch takes. */
  readonly busy: number;
}

interface Learned {
  readonly cursor?: string;
  readonly documents: number;
  /** Of all text, in order. */
  readonly hash: number;
}

const WORDS =
  " of words that nobody has written for anybody to read, over and over, until there are enough of them, at last";

if (process.send) {
  const [reading] = (await once(process, "message")) as [Reading];
  await readAll(reading);
  process.disconnect();
} else {
  const { values } = parseArgs({
    options: {
      messages: { type: "string", default: "1000000" },
      length: { type: "string", default: "55" },
      kills: { type: "string", default: "20" },
    },
  });
  const [count, length, kills] = [Number(values.messages), Number(values.length), Number(values.kills)];
  const folder = await mkdtemp(join(tmpdir(), "lexstream-nats-"));
  const server = spawn("nats-server", ["-a", "127.0.0.1", "-p", "-1", "-js", "-sd", folder]);
  try {
    const url = await addressOf(server.stderr);
    const expected = await publish(url, count, length);
    await measureClient(url, count);
    await measureSpeed(url, count, length);
    await killReaders({ url, count, path: join(folder, "learned.json"), busy: 5 }, kills, expected);
  } finally {
    server.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}

/** The client alone, with the same settings, which only counts. */
async function measureClient(url: string, count: number): Promise<void> {
  const { connect, jetstream } = await loadClient();
  const connection = await connect({ servers: url });
  const consumer = await jetstream(connection).consumers.get("bench", { deliver_policy: "all" });
  const before = performance.now();
  let messages = 0;
  for await (const _ of await consumer.consume({ max_bytes: 4 << 20, expires: 2000 })) if (++messages === count) break;
  console.log(`the client alone: ${(count / (performance.now() - before)).toFixed(0)} thousand messages a second`);
  await connection.close();
}

async function measureSpeed(url: string, count: number, length: number): Promise<void> {
  const stop = new AbortController();
  let documents = 0;
  let batches = 0;
  const memory = watchMemory();
  const before = performance.now();
  const onEvent = ({ documentOffsets }: TextBatch) => {
    documents += documentOffsets.length;
    batches++;
    if (documents >= count) stop.abort();
  };
  await run(nats({ servers: url, stream: "bench" }), { signal: stop.signal, onEvent }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  const seconds = (performance.now() - before) / 1000;
  console.log(`${documents} messages of ${length} bytes in ${batches} batches and ${seconds.toFixed(2)} s`);
  console.log(`${(documents / seconds / 1000).toFixed(0)} thousand a second; ${memory()}`);
}

async function killReaders(reading: Reading, kills: number, expected: Learned): Promise<void> {
  const stream = randomStream(1, "kills");
  let killed = 0;
  let places = 0;
  let before = 0;
  for (;;) {
    const reader = fork(fileURLToPath(import.meta.url));
    const exit = once(reader, "exit");
    reader.send(reading);
    let timer: NodeJS.Timeout | undefined;
    const kill = () => {
      timer = setTimeout(() => reader.kill("SIGKILL"), drawBelow(stream, killed, 400));
    };
    if (killed < kills) reader.once("message", kill); // it has begun to learn
    const [code, signal] = await exit;
    clearTimeout(timer);
    if (signal !== "SIGKILL" && code !== 0)
      throw new Error(`bench:nats: a reader must end well, got exit code ${code}`);
    const { documents } = learnedSoFar(reading.path);
    if (documents > before && documents < reading.count) places++;
    before = documents;
    if (signal !== "SIGKILL") break;
    killed++;
  }
  const { documents, hash } = learnedSoFar(reading.path);
  const same = documents === expected.documents && hash === expected.hash ? "the same" : "NOT the same";
  console.log(
    `${killed} kills, ${places} of them further on in the stream: ${documents} messages, ${same} text as was published`,
  );
}

function learnedSoFar(path: string): Learned {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Learned) : { documents: 0, hash: 0 };
}

async function readAll({ busy, count, path, url }: Reading): Promise<void> {
  const stop = new AbortController();
  let { cursor, documents, hash } = learnedSoFar(path);
  const before = documents;
  const learn = async ({ bytes, documentOffsets, position }: TextBatch) => {
    if (documents === before) process.send!("begun");
    documents += documentOffsets.length;
    hash = hashed(hash, bytes);
    cursor = position.cursor;
    writeFileSync(`${path}.new`, JSON.stringify({ cursor, documents, hash }));
    renameSync(`${path}.new`, path);
    await wait(busy);
    if (documents >= count) stop.abort();
  };
  if (documents >= count) return;
  const messages = nats({ servers: url, stream: "bench" }, { from: cursor });
  await run(messages.pipe(drain(learn)), { signal: stop.signal }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
}

function hashed(hash: number, bytes: Uint8Array): number {
  for (const byte of bytes) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return hash;
}

async function addressOf(log: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(log)) {
    const found = /Listening for client connections on (127\.0\.0\.1:\d+)/.exec(line);
    if (found) {
      log.resume();
      return `nats://${found[1]}`;
    }
  }
  throw new Error("bench:nats: nats-server must start, got its end");
}

async function publish(url: string, count: number, length: number): Promise<Learned> {
  const { connect, jetstreamManager } = await loadClient();
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "bench", subjects: ["bench"] });
  let hash = 0;
  for (let i = 1; i <= count; i++) {
    const message = Buffer.from(`${i}${WORDS}`.repeat(1 + length / WORDS.length).slice(0, length));
    hash = hashed(hash, message);
    connection.publish("bench", message);
    if (i % 10_000 === 0) await connection.flush();
  }
  await connection.flush();
  while ((await manager.streams.info("bench")).state.messages < count) await wait(50);
  await connection.close();
  return { documents: count, hash };
}

async function loadClient() {
  const load = (name: string) => import(name); // their declarations do not pass our compiler options
  return { ...(await load("@nats-io/transport-node")), ...(await load("@nats-io/jetstream")) };
}
