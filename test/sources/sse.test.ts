import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Ledger, run } from "#runtime";
import { type SseOptions, sse, sseSchema } from "#sources";
import { eventServer } from "../support/eventServer.js";
import { following } from "../support/following.js";
import { documentsOf } from "../support/readBack.js";
import { runStuck } from "../support/runStuck.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const follow = (options: SseOptions, from?: string) => {
  const ledger = new Ledger();
  const source = sse({ flushAfter: "5ms", reconnectAfter: "5ms", ...options }, { from });
  return { ledger, ...following(source, { ledger }) };
};

/** Events with ids from 1, each as it is sent. */
const events = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `id: ${from + i}\ndata: event ${from + i} 消息\n\n`).join("");
const documents = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `event ${from + i} 消息`);

describe("sse", () => {
  it("reads events, with a cursor after each batch, and completes where the server says that there are no more", async () => {
    const server = await eventServer((response, index) => {
      if (index === 0) response.end(events(1, 3));
      else response.writeHead(204).end();
    });
    const stream = follow({ url: server.url });
    await stream.ended;
    expect(documentsOf(stream.batches)).toEqual(documents(1, 3));
    const { cursor, ...position } = stream.batches.at(-1)!.position;
    expect(position).toEqual({ source: server.url, offset: 42, documents: 3 }); // 3 times "event 1 " and 6 bytes
    expect(JSON.parse(cursor!)).toEqual({ lastId: "3", messages: 3, offset: 42, documents: 3, begun: 3 });
    expect([stream.ledger.get("bytes"), stream.ledger.get("documents")]).toEqual([42, 3]);
    expect(server.requests[0]).toMatchObject({ accept: "text/event-stream" });
    expect(server.requests[1]).toMatchObject({ "last-event-id": "3" });
  });

  it("connects again behind the last event, whether the connection ended, was cut or could not be had", async () => {
    const server = await eventServer((response, index, { "last-event-id": last = "0" }) => {
      const next = Number(last) + 1;
      if (index === 0) response.end(events(next, 2));
      else if (index === 1) response.write(`${events(next, 4)}id: 5\ndata: half`, () => response.destroy());
      else if (index === 2) response.writeHead(503).end();
      else response.write(events(next, 6));
    });
    const stream = follow({ url: server.url });
    await stream.reaches(documents(1, 6));
    await stream.stop();
    expect(server.requests.map((headers) => headers["last-event-id"])).toEqual([undefined, "2", "4", "4"]);
    expect(stream.ledger.get("lostConnections")).toBe(3);
  });

  it("goes on from the cursor of any batch to the same numbers", async () => {
    const server = await eventServer((response, _, { "last-event-id": last = "0" }) => {
      response.write(events(Number(last) + 1, 100));
    });
    const whole = follow({ url: server.url, chunkSize: 500 });
    await whole.reaches(documents(1, 100));
    await whole.stop();
    expect(whole.batches.length).toBeGreaterThan(5);
    for (const index of [0, 3, whole.batches.length - 2]) {
      const before = documentsOf(whole.batches.slice(0, index + 1)).length;
      const rest = follow({ url: server.url, chunkSize: 500 }, whole.batches[index]?.position.cursor);
      await rest.reaches(documents(before + 1, 100));
      await rest.stop();
      expect(rest.batches.at(-1)?.position).toEqual(whole.batches.at(-1)?.position);
    }
  });

  it("reads events of some types, lines and records, and shows a token", async () => {
    const server = await eventServer((response) => {
      response.write('event: post\ndata: {"body":"a"}\ndata: {"body":"猫"}\n\ndata: {"body":"b"}\n\n');
    });
    const tokenFile = join(await temporaryFolder(), "token");
    await writeFile(tokenFile, "secret\n");
    const stream = follow({ url: server.url, events: "post", format: "jsonl", field: "body", tokenFile });
    await stream.reaches(["a", "猫"]);
    await stream.stop();
    expect(server.requests[0]).toMatchObject({ authorization: "Bearer secret" });
  });

  it("waits as long as the server says, and twice as long each time that nothing comes", async () => {
    const times: number[] = [];
    const server = await eventServer((response, index) => {
      times.push(performance.now());
      response.end(index === 0 ? "retry: 40\ndata: a\n\n" : "");
    });
    const stream = follow({ url: server.url, reconnectAfter: "100ms", maxReconnectWait: "100ms" });
    await expect.poll(() => times.length).toBeGreaterThan(4);
    await stream.stop();
    const waits = times.slice(1).map((time, i) => time - times[i]!);
    for (const [i, least] of [40, 80, 100, 100].entries()) expect(waits[i]).toBeGreaterThan(least - 2);
  });

  it("reads the connection no further while the pipeline is full", async () => {
    let sent = 0;
    const server = await eventServer((response) => {
      const send = () => {
        while (!response.destroyed && response.write(`data: ${"x".repeat(10_000)}\n\n`)) sent++;
      };
      response.on("drain", send);
      send();
    });
    await runStuck(sse({ url: server.url, chunkSize: 1000 }));
    expect(sent).toBeLessThan(2000); // 20 MB would be much more than what sockets hold
  });

  it("ends with an error where the first connection fails, or another is refused", async () => {
    await expect(run(sse({ url: "http://127.0.0.1:1/" }))).rejects.toThrow(
      /^sse: http:\/\/127\.0\.0\.1:1\/ must answer, got /,
    );
    const server = await eventServer((response, index) => {
      if (index === 0) response.end("data: a\n\n");
      else response.writeHead(403).end();
    });
    await expect(run(sse({ url: `${server.url}?key=secret`, reconnectAfter: "1ms" }))).rejects.toThrow(
      `sse: ${server.url} must send text/event-stream with status 200, got text/event-stream with 403`,
    );
    const long = await eventServer((response) => response.write(`data: ${"x".repeat(100)}\n`));
    await expect(run(sse({ url: long.url, maxRecordLength: 50 }))).rejects.toThrow(
      `sse: ${long.url}: an event must be at most 50 bytes (maxRecordLength), got more`,
    );
  });

  it("says what its options and cursors must be", () => {
    expect(() => sse({ url: "events" })).toThrow('sse: url must be an address with http: or https:, got "events"');
    expect(() => sse({ url: "http://a/" }, { from: "7" })).toThrow("sse: from must be a cursor of an earlier batch");
    expect(sseSchema).toMatchObject({ live: true, replayable: false });
  });
});
