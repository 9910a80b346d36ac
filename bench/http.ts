/**
 * What `http` does when more is posted than is learned: refuses with 429, keeps its memory, and learns each accepted document once.
 *
 *     npm run bench:http -- [--clients 50] [--seconds 60] [--busy 40]
 *
 * Clients in a process of their own post about 16 kB at a time, while every batch keeps the pipeline busy for so many milliseconds; one
 * that is refused tries again after 50 ms, which is less than it is asked to wait.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mapAsync, run } from "../runtime/index.js";
import type { TextBatch } from "../schemas/index.js";
import { http } from "../sources/index.js";
import { watchMemory } from "./watchMemory.js";

interface Load {
  readonly port: number;
  readonly clients: number;
  readonly seconds: number;
}

interface Tally {
  /** Numbers of the posts that were accepted. */
  readonly accepted: number[];
  readonly refused: number;
  readonly withoutRetryAfter: number;
  readonly other: number;
}

const DOCUMENTS_A_POST = 100;
const WORDS =
  " of words that nobody has written for anybody to read, over and over, until there are enough of them, at last";

if (process.send) {
  const [load] = (await once(process, "message")) as [Load];
  process.send(await postAll(load), undefined, undefined, () => process.disconnect());
} else {
  const { values } = parseArgs({
    options: {
      clients: { type: "string", default: "50" },
      seconds: { type: "string", default: "60" },
      busy: { type: "string", default: "40" },
    },
  });
  await measure(Number(values.clients), Number(values.seconds), Number(values.busy));
}

async function measure(clients: number, seconds: number, busy: number): Promise<void> {
  const stop = new AbortController();
  const learned = new Uint8Array(1 << 26); // by document
  let documents = 0;
  let twice = 0;
  const learn = async ({ bytes, documentOffsets }: TextBatch) => {
    for (const start of documentOffsets) {
      const number = Number.parseInt(Buffer.from(bytes.buffer, bytes.byteOffset + start, 9).toString("latin1"), 10);
      if (learned[number]!++ > 0) twice++;
      documents++;
    }
    await wait(busy);
  };
  let ended = Promise.resolve<unknown>(undefined);
  const { port } = await new Promise<AddressInfo>((resolve, reject) => {
    const posts = http({ port: 0 }, { onListening: resolve });
    ended = run(posts.pipe(mapAsync(learn)), { signal: stop.signal }).catch(reject);
  });
  const memory = watchMemory();
  const poster = fork(fileURLToPath(import.meta.url));
  poster.send({ port, clients, seconds } satisfies Load);
  const [{ accepted, other, refused, withoutRetryAfter }] = (await once(poster, "message")) as [Tally];
  const sent = accepted.length * DOCUMENTS_A_POST;
  while (documents < sent) await wait(50);
  await wait(500); // for what nobody was promised
  const report = memory();
  stop.abort();
  await ended;
  const missing = accepted
    .flatMap((post) => Array.from({ length: DOCUMENTS_A_POST }, (_, i) => learned[post * DOCUMENTS_A_POST + i]!))
    .filter((times) => times === 0).length;
  console.log(`${clients} clients for ${seconds} s, ${busy} ms a batch`);
  console.log(
    `${accepted.length} posts answered with 202, ${refused} with 429 (${withoutRetryAfter} without Retry-After), ${other} otherwise`,
  );
  console.log(
    `of ${sent} accepted documents ${missing} missing, ${twice} learned twice; ${documents - sent} learned that were not accepted`,
  );
  console.log(report);
}

async function postAll({ clients, port, seconds }: Load): Promise<Tally> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const tally = { accepted: [] as number[], refused: 0, withoutRetryAfter: 0, other: 0 };
  const end = performance.now() + 1000 * seconds;
  let posts = 0;
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return tally;

  async function client(): Promise<void> {
    while (performance.now() < end) {
      const post = posts++;
      const lines = Array.from(
        { length: DOCUMENTS_A_POST },
        (_, i) => `${String(post * DOCUMENTS_A_POST + i).padStart(9, "0")}${WORDS}${" 一些字".repeat(4)}\n`,
      );
      const { retryAfter, status } = await send(lines.join(""));
      if (status === 202) tally.accepted.push(post);
      else if (status === 429) tally.refused++;
      else tally.other++;
      if (status === 429 && retryAfter === undefined) tally.withoutRetryAfter++;
      if (status === 429) await wait(50);
    }
  }

  function send(body: string): Promise<{ status: number | undefined; retryAfter: string | undefined }> {
    const headers = { "Content-Type": "text/plain" };
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, method: "POST", headers, agent }, (answer) => {
        answer.resume();
        answer.on("end", () => resolve({ status: answer.statusCode, retryAfter: answer.headers["retry-after"] }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
}
