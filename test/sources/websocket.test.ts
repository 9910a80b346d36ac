import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Ledger, run } from "#runtime";
import type { Rejection } from "#schemas";
import { type WebsocketOptions, websocket, websocketSchema } from "#sources";
import { following } from "../support/following.js";
import { runStuck } from "../support/runStuck.js";
import { socketServer } from "../support/socketServer.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

// Loaded by name, because its declarations are a package of their own.
const load = (name: string) => import(name);

const follow = (options: WebsocketOptions, from?: string) => {
  const ledger = new Ledger();
  const source = websocket({ flushAfter: "5ms", reconnectAfter: "5ms", ...options }, { from });
  return { ledger, ...following(source, { ledger }) };
};

describe("websocket", () => {
  it("reads messages, text and binary, and goes on counting from a cursor", async () => {
    const url = await socketServer((socket) => {
      socket.send("one");
      socket.send("");
      socket.send(Buffer.from("二"));
    });
    const stream = follow({ url });
    await stream.reaches(["one", "", "二"]);
    await stream.stop();
    const { cursor, ...position } = stream.batches.at(-1)!.position;
    expect(position).toEqual({ source: url, offset: 6, documents: 3 }); // 3 + 0 + 3
    const next = follow({ url }, cursor);
    await next.reaches(["one", "", "二"]);
    await next.stop();
    expect(next.batches.at(-1)!.position).toMatchObject({ offset: 12, documents: 6 });
  });

  it("asks for what it wants over each connection, and connects again when one is closed or cut", async () => {
    const asked: string[] = [];
    const url = await socketServer((socket, index) => {
      socket.on("message", (message) => {
        asked.push(`${index} ${message}`);
        socket.send(`answer ${index}`, () => {
          if (index === 0) socket.close();
          else if (index === 1) socket.terminate();
        });
      });
    });
    const stream = follow({ url, subscribe: '{"want":"posts"}' });
    await stream.reaches(["answer 0", "answer 1", "answer 2"]);
    await stream.stop();
    expect(asked).toEqual(['0 {"want":"posts"}', '1 {"want":"posts"}', '2 {"want":"posts"}']);
    expect(stream.ledger.get("lostConnections")).toBe(2);
  });

  it("rejects a message that is no text as a document, and passes over a byte-order mark", async () => {
    const url = await socketServer((socket) => {
      for (const message of [Buffer.from("\ufeff猫", "utf16le"), gzipSync("a"), "\ufeff{}", "\ufeffb"])
        socket.send(message);
    });
    const places = {
      message: [{ offset: 0 }, { offset: 4 }],
      lines: [
        { line: 1, offset: 0 },
        { line: 1, offset: 0 },
      ],
    };
    for (const format of ["message", "lines"] as const) {
      const rejections: Rejection[] = [];
      const source = websocket({ url, format, maxRejected: 2, flushAfter: "5ms" });
      const stream = following(source, { onRejected: (rejection) => rejections.push(rejection) });
      await stream.reaches(["{}", "b"]);
      await stream.stop();
      expect(rejections).toMatchObject(places[format]);
      expect(rejections.map(({ reason }) => reason)).toEqual([
        "must be UTF-8, got UTF-16 (it begins with the byte-order mark fffe); iconv -f UTF-16 -t UTF-8 makes text of it",
        "must be text, got gzip; gzip -dc makes text of it",
      ]);
    }
  });

  it("reads records, says which message has none, and shows a token", async () => {
    const seen: (string | undefined)[] = [];
    const url = await socketServer((socket, _, { headers }) => {
      seen.push(headers.authorization);
      socket.send('{"text":"a"}');
      socket.send("{oops");
    });
    const tokenFile = join(await temporaryFolder(), "token");
    await writeFile(tokenFile, "secret\n");
    await expect(run(websocket({ url, format: "jsonl", tokenFile }))).rejects.toThrow(
      `websocket: ${url} message 2 line 1: must be one JSON value, got "{oops"`,
    );
    expect(seen).toEqual(["Bearer secret"]);
  });

  it("gives up a connection whose other end shows no sign of life", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }); // an answer may take longer than an interval of the clock
    onTestFinished(() => void vi.useRealTimers());
    const emit = vi.spyOn((await load("ws")).WebSocket.prototype, "emit");
    const pongs = () => emit.mock.calls.filter(([event]) => event === "pong").length;
    const url = await socketServer((socket, index) => (index === 0 ? socket.pause() : socket.send("back")));
    const stream = follow({ url, pingInterval: "20ms" });
    await expect.poll(() => vi.getTimerCount(), { interval: 2 }).toBe(1);
    vi.advanceTimersByTime(40); // a ping, and no answer until the next one
    await stream.reaches(["back"]);
    for (let answered = 1; answered <= 3; answered++) {
      vi.advanceTimersByTime(20);
      await expect.poll(pongs, { interval: 2 }).toBe(answered); // this one answers, and is kept
    }
    await stream.stop();
    expect(stream.ledger.get("lostConnections")).toBe(1);
  });

  it("reads the connection no further while the pipeline is full, and does not give it up", async () => {
    let sent = 0;
    let connections = 0;
    const url = await socketServer((socket) => {
      connections++;
      const send = () => socket.send("x".repeat(10_000), () => ++sent < 5000 && send());
      send();
    });
    await runStuck(websocket({ url, chunkSize: 1000, pingInterval: "20ms", reconnectAfter: "1ms" }));
    expect(sent).toBeLessThan(2000); // 20 MB would be much more than what sockets hold
    expect(connections).toBe(1);
  });

  it("ends with an error where the first connection fails, or a message is too long", async () => {
    await expect(run(websocket({ url: "ws://127.0.0.1:1/" }))).rejects.toThrow(
      /^websocket: ws:\/\/127\.0\.0\.1:1\/ must let us in, got /,
    );
    const url = await socketServer((socket) => socket.send("x".repeat(100)));
    await expect(run(websocket({ url, maxRecordLength: 50 }))).rejects.toThrow(
      `websocket: ${url}: a message must be at most 50 bytes (maxRecordLength), got more`,
    );
  });

  it("says what its options and cursors must be", () => {
    expect(() => websocket({ url: "http://a/" })).toThrow(
      'websocket: url must be an address with ws: or wss:, got "http://a/"',
    );
    expect(() => websocket({ url: "ws://a/" }, { from: "7" })).toThrow(
      "websocket: from must be a cursor of an earlier batch",
    );
    expect(websocketSchema).toMatchObject({ live: true, replayable: false });
  });
});
