import { tap } from "rxjs";
import { beforeEach, describe, expect, it } from "vitest";
import { Ledger, run } from "#runtime";
import type { Rejection } from "#schemas";
import { type NatsOptions, nats, natsSchema } from "#sources";
import { following } from "../support/following.js";
import { natsServer, natsServerCommand } from "../support/natsServer.js";
import { documentsOf } from "../support/readBack.js";
import { runStuck } from "../support/runStuck.js";

const follow = (options: NatsOptions, from?: string) => {
  const ledger = new Ledger();
  const rejections: Rejection[] = [];
  const onRejected = (rejection: Rejection) => rejections.push(rejection);
  const source = nats({ flushAfter: "5ms", ...options }, { from });
  return { ledger, rejections, ...following(source, { ledger, onRejected }) };
};

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `message ${from + i} 消息\n`);

describe("nats, with a real server", () => {
  beforeEach(({ skip }) =>
    skip(natsServerCommand === undefined, "nats-server is not installed, which apt-get install nats-server does"),
  );

  it("reads what the stream has and what comes, with a cursor after each batch", async () => {
    const server = await natsServer();
    await server.addStream("news");
    await server.publish("news", ["one", "二\r\nlines"]);
    const stream = follow({ servers: server.url, stream: "news" });
    await stream.reaches(["one", "二\nlines"]);
    await server.publish("news", ["three"]);
    await stream.reaches(["one", "二\nlines", "three"]);
    await stream.stop();
    expect(stream.batches.at(-1)?.position).toMatchObject({
      source: "news",
      offset: 18,
      documents: 3,
      waiting: { documents: 0 },
    }); // 3 + 10 + 5
    expect([stream.ledger.get("bytes"), stream.ledger.get("documents")]).toEqual([18, 3]);
    const next = follow({ servers: server.url, stream: "news", start: "end" });
    await expect
      .poll(async () => {
        await server.publish("news", ["tick"]);
        return next.batches.length;
      })
      .toBeGreaterThan(0);
    await next.stop();
    expect(new Set(documentsOf(next.batches))).toEqual(new Set(["tick"]));
  });

  it("reads the lines or records of a message, and says in which message one cannot be read", async () => {
    const server = await natsServer();
    await server.addStream("logs");
    await server.publish("logs", [
      '{"text":"a"}\n{"text":"猫"}\n',
      '{"text":"b"}\n{oops',
      Buffer.from([0xff]),
      '{"text":"c"}',
    ]);
    const options = { servers: server.url, stream: "logs" };
    const records = follow({ ...options, format: "jsonl", maxRejected: 2 });
    await records.reaches(["a", "猫", "b", "c"]);
    await records.stop();
    expect(records.rejections).toEqual([
      { source: "logs message 2", document: 4, line: 2, offset: 13, reason: 'must be one JSON value, got "{oops"' },
      { source: "logs message 3", document: 5, line: 1, offset: 0, reason: 'must be one JSON value, got "\ufffd"' },
    ]);
    const lines = follow({ ...options, format: "lines" });
    await expect.poll(() => documentsOf(lines.batches).length).toBe(6);
    await lines.stop();
    await expect(run(nats({ ...options, onInvalid: "reject" }))).rejects.toThrow(
      "nats: logs message 3: invalid UTF-8 byte 0xff at offset 0",
    );
  });

  it("gives each message once, from any cursor, to the same numbers", async () => {
    const server = await natsServer();
    await server.addStream("news");
    const messages = numbered(1, 300);
    await server.publish("news", messages);
    const options = { servers: server.url, stream: "news", chunkSize: 1000 };
    const whole = follow(options);
    await whole.reaches(messages);
    await whole.stop();
    expect(whole.batches.length).toBeGreaterThan(5); // 300 messages of some 20 bytes, and 64 that are reckoned for each
    for (const index of [0, 3, whole.batches.length - 2]) {
      const before = documentsOf(whole.batches.slice(0, index + 1));
      const rest = follow(options, whole.batches[index]?.position.cursor);
      await rest.reaches(messages.slice(before.length));
      await rest.stop();
      expect(rest.batches.at(-1)?.position).toEqual(whole.batches.at(-1)?.position);
    }
  });

  it("goes on in order, each message once, after the server was killed and came back", async () => {
    const server = await natsServer();
    await server.addStream("news");
    const stream = follow({ servers: server.url, stream: "news" });
    await server.publish("news", numbered(1, 50));
    await stream.reaches(numbered(1, 50));
    await server.restart();
    await server.publish("news", numbered(51, 100));
    await stream.reaches(numbered(1, 100));
    await stream.stop();
  });

  it("asks for no more than it may hold while the pipeline is full", async () => {
    const server = await natsServer();
    await server.addStream("news");
    await server.publish(
      "news",
      Array.from({ length: 200 }, () => "x".repeat(1000)),
    );
    let pulled = 0;
    const source = nats({ servers: server.url, stream: "news", chunkSize: 1000, prefetch: "8kB" });
    await runStuck(source.pipe(tap(() => pulled++)));
    expect(pulled).toBe(1);
  });

  it("counts what the stream has let go of, and refuses another stream of the same name", async () => {
    const server = await natsServer();
    await server.addStream("short", { max_msgs: 10 });
    const options = { servers: server.url, stream: "short" };
    await server.publish("short", numbered(1, 5));
    const first = follow(options);
    await first.reaches(numbered(1, 5));
    await first.stop();
    const from = first.batches.at(-1)?.position.cursor;
    await server.publish("short", numbered(6, 20));
    const second = follow(options, from);
    await second.reaches(numbered(11, 20));
    await second.stop();
    expect(second.ledger.get("lostMessages")).toBe(5); // 6 to 10
    await server.deleteStream("short");
    await server.addStream("short");
    await expect(run(nats(options, { from }))).rejects.toThrow(
      /^nats: the stream short must be the one of the run that goes on, made /,
    );
  });

  it("reads one subject only, if told to", async () => {
    const server = await natsServer();
    await server.addStream("news");
    await server.publish("news", ["a"]);
    const stream = follow({ servers: server.url, stream: "news", subject: "news.other" });
    const all = follow({ servers: server.url, stream: "news", subject: "news.*" });
    await all.reaches(["a"]);
    await Promise.all([all.stop(), stream.stop()]);
    expect(stream.batches).toEqual([]);
  });

  it("says what is not there", async () => {
    const server = await natsServer();
    await expect(run(nats({ servers: server.url, stream: "none" }))).rejects.toThrow(
      "nats: the server must have JetStream and the stream none, got stream not found",
    );
  });
});

describe("nats", () => {
  it("says that no server answers, and what its options and cursors must be", async () => {
    await expect(run(nats({ servers: "nats://127.0.0.1:1", stream: "news" }))).rejects.toThrow(
      /^nats: servers must be there and let us in \(nats:\/\/127\.0\.0\.1:1\), got /,
    );
    expect(() => nats({ stream: "" })).toThrow('nats: stream must be a text that is not empty, got ""');
    expect(() => nats({ stream: "a" }, { from: "7" })).toThrow("nats: from must be a cursor of an earlier batch");
    expect(natsSchema).toMatchObject({ live: true, replayable: false });
  });
});
