import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { map } from "rxjs";
import { describe, expect, it } from "vitest";
import { Ledger, mapAsync, run } from "#runtime";
import type { Rejection } from "#schemas";
import { files, type HttpOptions, http, httpSchema } from "#sources";
import { collect } from "../support/collect.js";
import { turns } from "../support/counting.js";
import { posting } from "../support/posting.js";
import { documentsOf } from "../support/readBack.js";
import { signal } from "../support/signal.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const listen = (options: HttpOptions = {}, from?: string, run?: Parameters<typeof posting>[1]) =>
  posting((start) => http({ port: 0, flushAfter: "2ms", ...options }, { ...start, from }), run);

const JSONL = { "Content-Type": "application/x-ndjson" };
const FIRST_LINE = '{"lexstream":"http journal","format":1,"text":null}\n';
const PLAIN = { "Content-Type": "text/plain; charset=UTF-8" };

describe("http", () => {
  it("takes in plain text and records, packed or not, and says how many documents there were", async () => {
    const ledger = new Ledger();
    const server = await listen({}, undefined, { ledger });
    expect(await server.post("one\n二\n", PLAIN)).toMatchObject({ status: 202, answer: { documents: 2 } });
    expect((await server.post('{"text":"a"}\n\n{"text":"猫"}', JSONL)).answer).toEqual({ documents: 2 });
    const packed = { ...PLAIN, "Content-Encoding": "GZIP" };
    expect((await server.post(gzipSync("packed\n"), packed)).answer).toEqual({ documents: 1 });
    expect((await server.post("id\ttext\n1\tt", { "Content-Type": "text/tab-separated-values" })).status).toBe(202);
    expect((await server.post('[{"text":"b"},\n{"text":"狗"}]', { "Content-Type": "application/json" })).status).toBe(
      202,
    );
    expect((await server.post("text,b\ra, b,x", { "Content-Type": "text/csv" })).status).toBe(400);
    expect((await server.post("", PLAIN)).answer).toEqual({ documents: 0 });
    expect(documentsOf(server.batches)).toEqual(["one\n", "二\n", "a", "猫", "packed\n", "t", "b", "狗"]);
    await server.stop();
    expect(ledger.get("documents")).toBe(8);
    expect(server.batches.at(-1)?.position).toMatchObject({ source: "http", documents: 8 });
  });

  it("takes a whole body as one document if told to", async () => {
    const server = await listen({ format: "file" });
    await server.post("one\n二\n", PLAIN);
    expect(documentsOf(server.batches)).toEqual(["one\n二\n"]);
    await server.stop();
  });

  it("refuses a post as a whole, says why, and goes on", async () => {
    const ledger = new Ledger();
    const server = await listen({ maxBodyLength: 100, onInvalid: "reject" }, undefined, { ledger });
    const refusals = [
      [
        await server.post('{"text":"a"}\n{oops', JSONL),
        400,
        'http: a post line 2: must be one JSON value, got "{oops"',
      ],
      [
        await server.post(Buffer.from([0x61, 0xff]), PLAIN),
        400,
        "http: a post line 1: invalid UTF-8 byte 0xff at offset 1",
      ],
      [await server.post("x".repeat(101), PLAIN), 413, "a body must be at most 100 bytes, got more"],
      [
        await server.post(gzipSync("x".repeat(10_000)), { ...PLAIN, "Content-Encoding": "gzip" }),
        413,
        "a body must be at most 100 bytes, got more",
      ],
      [
        await server.post("cut", { ...PLAIN, "Content-Encoding": "gzip" }),
        400,
        "the body must be whole gzip, got incorrect header check",
      ],
      [
        await server.post("a", { ...PLAIN, "Content-Encoding": "br" }),
        415,
        "Content-Encoding must be gzip or none, got br",
      ],
      [
        await server.post(gzipSync("a"), PLAIN),
        415,
        "a post must be text, or gzip with Content-Encoding: gzip, got gzip; gzip -dc makes text of it",
      ],
      [
        await server.post(gzipSync(gzipSync("a")), { ...PLAIN, "Content-Encoding": "gzip" }),
        415,
        expect.stringContaining("got gzip"),
      ],
      [await server.post(Buffer.from("猫 a b c\n", "utf16le"), PLAIN), 415, expect.stringContaining("got UTF-16LE")],
      [
        await server.post("a", { "Content-Type": "text/plain; charset=gbk" }),
        415,
        "the charset must be utf-8, got gbk",
      ],
      [
        await server.post("a", { "Content-Type": "image/png" }),
        415,
        expect.stringContaining("Content-Type must be one of text/plain,"),
      ],
      [await server.post("a", PLAIN, { path: "/docs?x" }), 404, "there is only /, got /docs?x"],
      [await server.post("", {}, { method: "GET" }), 405, "the method must be POST, got GET"],
      [
        await server.post("a", { ...PLAIN, Host: "evil.example:80" }),
        403,
        "the header Host must be one of 127.0.0.1, ::1, localhost, got evil.example:80",
      ],
    ] as const;
    for (const [{ status, answer }, expectedStatus, error] of refusals)
      expect({ status, answer }).toEqual({ status: expectedStatus, answer: { error } });
    expect((await server.post("good\n", { ...PLAIN, Host: `localhost:${server.port}` })).status).toBe(202);
    expect(documentsOf(server.batches)).toEqual(["good\n"]);
    await server.stop();
    expect(ledger.get("refusedPosts")).toBe(refusals.length);
  });

  it("lists documents that cannot be read and takes in the others, up to a limit", async () => {
    const rejections: Rejection[] = [];
    const onRejected = (rejection: Rejection) => rejections.push(rejection);
    const server = await listen({ maxRejected: 1 }, undefined, { onRejected });
    expect((await server.post('{"text":"a"}\n{}\n{"text":"b"}\n', JSONL)).answer).toEqual({ documents: 2 });
    expect(rejections).toMatchObject([{ source: "a post", document: 2, line: 2, offset: 13 }]);
    expect((await server.post("{}\n", JSONL)).status).toBe(500);
    await expect(server.ended).rejects.toThrow("http: at most 1 documents may be rejected (maxRejected), got 2 of 4");
  });

  it("wants the token of its file, and one before other machines may reach it", async () => {
    const tokenFile = join(await temporaryFolder(), "token");
    await writeFile(tokenFile, "s3cret\n");
    const server = await listen({ tokenFile });
    const refused = await server.post("a\n", { ...PLAIN, Authorization: "Bearer other" });
    expect([refused.status, refused.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    expect((await server.post("a\n", PLAIN)).status).toBe(401);
    expect((await server.post("a\n", { ...PLAIN, Authorization: "Bearer s3cret" })).status).toBe(202);
    await server.stop();
    expect(() => http({ host: "0.0.0.0" })).toThrow(
      "http: tokenFile is required where host is not this machine alone, got host 0.0.0.0",
    );
    await writeFile(tokenFile, "two words");
    await expect(run(http({ port: 0, tokenFile }))).rejects.toThrow(`http: ${tokenFile} must hold one token`);
  });

  it.each([
    ["a page of another site", { Origin: "http://evil.example" }, "Origin"],
    [
      "a page from another port of this machine",
      { Origin: "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-site" },
      "Origin",
    ],
    ["a page without an origin", { Origin: "null" }, "Origin"],
    ["a page whose origin a browser does not tell", { "Sec-Fetch-Site": "cross-site" }, "Sec-Fetch-Site"],
  ])("refuses what %s posts, in any type, unless it has the token", async (_, headers, name) => {
    const tokenFile = join(await temporaryFolder(), "token");
    await writeFile(tokenFile, "s3cret");
    const [open, guarded] = [await listen(), await listen({ tokenFile })];
    for (const type of ["text/plain", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"])
      expect(await open.post("词\n", { ...headers, "Content-Type": type })).toMatchObject({
        status: 403,
        answer: { error: expect.stringMatching(new RegExp(`^the header ${name} must be .* or missing, got `)) },
      });
    expect(open.batches).toEqual([]);
    expect((await guarded.post("词\n", { ...PLAIN, ...headers, Authorization: "Bearer s3cret" })).status).toBe(202);
    await Promise.all([open.stop(), guarded.stop()]);
  });

  it("takes in what a page of its own address posts, or a person's browser", async () => {
    const server = await listen();
    const own = {
      Host: `localhost:${server.port}`,
      Origin: `http://localhost:${server.port}`,
      "Sec-Fetch-Site": "same-origin",
    };
    expect((await server.post("a\n", { ...PLAIN, ...own })).status).toBe(202);
    expect((await server.post("b\n", { ...PLAIN, "Sec-Fetch-Site": "none" })).status).toBe(202);
    expect((await server.post("c\n", { ...PLAIN, ...own, Host: `127.0.0.1:${server.port}` })).status).toBe(403);
    await server.stop();
  });

  it("answers 429 while the pipeline is full, and takes each accepted document in exactly once", async () => {
    const learned: string[] = [];
    let most = 0;
    const [refused, refuse] = signal();
    const abort = new AbortController();
    const slow = (source: ReturnType<typeof http>) =>
      source.pipe(
        mapAsync(async (batch) => {
          most = Math.max(most, batch.bytes.length);
          await refused;
          learned.push(...documentsOf([batch]));
        }),
        map(() => ({
          bytes: new Uint8Array(0),
          documentOffsets: new Uint32Array(0),
          position: { source: "", offset: 0, documents: 0 },
        })),
      );
    const server = await posting(
      (start) => slow(http({ port: 0, maxWaiting: 4, chunkSize: 64, flushAfter: "1ms" }, start)),
      {
        signal: abort.signal,
      },
    );
    const accepted: string[] = [];
    const statuses = new Map<number, number>();
    const client = async (name: number) => {
      for (let i = 0; i < 10; i++) {
        const document = `文 ${name} ${i}\n`;
        const { headers, status } = await server.post(document, PLAIN);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 202) accepted.push(document);
        else expect(headers["retry-after"]).toBe("1");
        if (status === 429) refuse();
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, name) => client(name)));
    await expect.poll(() => learned.length).toBe(accepted.length);
    expect(learned.toSorted()).toEqual(accepted.toSorted());
    expect([...statuses.keys()].toSorted()).toEqual([202, 429]);
    expect(most).toBeLessThan(128);
    await server.stop();
  });

  it("holds bodies on their way in to what may wait, and gives up on one that does not come", async () => {
    const begun = ({ port }: { readonly port: number }) => {
      const socket = connect(port, "127.0.0.1");
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5000\r\n\r\n${"x".repeat(900)}`,
      );
      const answer = new Promise<string>((resolve) =>
        socket.once("data", (data) => resolve(data.toString().split("\r\n")[0]!)),
      );
      return { socket, answer };
    };
    const patient = await listen({ capacity: 1000 });
    const both = [begun(patient), begun(patient)];
    expect(await Promise.race(both.map(({ answer }) => answer))).toBe("HTTP/1.1 429 Too Many Requests");
    for (const { socket } of both) socket.destroy();
    await patient.stop();
    const hasty = await listen({ capacity: 1000, requestTimeout: "50ms" });
    expect(await begun(hasty).answer).toBe("HTTP/1.1 408 Request Timeout");
    await hasty.stop();
  });

  it("tells who waits for an answer when the run ends, and closes its port", async () => {
    const server = await listen({ flushAfter: "1h" });
    const [arrived, arrive] = signal();
    subscribe("http.server.request.start", arrive);
    const waiting = server.post("never learned\n", PLAIN);
    await arrived;
    unsubscribe("http.server.request.start", arrive);
    await turns(20); // its body has come
    await server.stop();
    expect(await waiting).toMatchObject({
      status: 503,
      answer: { error: "the text was not taken in: the run has ended" },
    });
    expect(server.batches).toEqual([]);
    await expect(server.post("a\n", PLAIN)).rejects.toThrow(/ECONNREFUSED|socket hang up/);
  });

  it("fails where its port is taken, and says so in its schema that it is live", async () => {
    const server = await listen();
    await expect(run(http({ port: server.port }))).rejects.toThrow(
      `http: 127.0.0.1:${server.port} must be an address that is free, got EADDRINUSE`,
    );
    await server.stop();
    expect(httpSchema).toMatchObject({ live: true, replayable: false });
  });

  it("goes on counting from a cursor", async () => {
    const first = await listen();
    await first.post("a\nb\n", PLAIN);
    await first.stop();
    const second = await listen({}, first.batches.at(-1)?.position.cursor);
    await second.post("c\n", PLAIN);
    await second.stop();
    expect(second.batches[0]?.position).toMatchObject({ offset: 6, documents: 3 });
  });
});

describe("http with a journal", () => {
  it("answers when the text is on the disk, and reads it from there, from any cursor", async () => {
    const journal = join(await temporaryFolder(), "posts.jsonl");
    const ledger = new Ledger();
    const server = await listen({ journal, chunkSize: 8 }, undefined, { ledger });
    expect((await server.post("one\n二\n", PLAIN)).answer).toEqual({ documents: 2 });
    expect((await server.post('{"text":"\u2028"}\n', JSONL)).answer).toEqual({ documents: 1 });
    await server.reaches(["one\n", "二\n", "\u2028"]);
    await server.stop();
    expect(await readFile(journal, "utf8")).toBe(
      `${FIRST_LINE}{"text":"one\\n"}\n{"text":"二\\n"}\n{"text":"\u2028"}\n`,
    );
    expect(documentsOf(await collect(files({ paths: journal })))).toEqual(["", "one\n", "二\n", "\u2028"]);
    expect([ledger.get("documents"), ledger.get("bytes")]).toEqual([3, 49]); // 17 + 18 + 14
    for (const [index, { position }] of server.batches.entries()) {
      const before = documentsOf(server.batches.slice(0, index + 1));
      const rest = await listen({ journal }, position.cursor);
      await rest.reaches(["one\n", "二\n", "\u2028"].slice(before.length));
      await rest.stop();
    }
  });

  it.each([
    ["half a record", '{"text":"半', []],
    ["less than that", "{", []],
    ["a record without its line end", '{"text":"半"}', ["半"]],
    ["nothing more", "", []],
  ])("reads what was accepted and not learned, and mends %s at its end", async (_, end, more) => {
    const journal = join(await temporaryFolder(), "posts.jsonl");
    await writeFile(journal, `${FIRST_LINE}{"text":"accepted\\n"}\n${end}`);
    const server = await listen({ journal });
    await server.reaches(["accepted\n", ...more]);
    await server.post("next\n", PLAIN);
    await server.reaches(["accepted\n", ...more, "next\n"]);
    await server.stop();
    const records = ["accepted\n", ...more, "next\n"].map((text) => `${JSON.stringify({ text })}\n`);
    expect(await readFile(journal, "utf8")).toBe(FIRST_LINE + records.join(""));
  });

  it.each([
    ["is empty", ""],
    ["a killed process began", FIRST_LINE.slice(0, 20)],
  ])("begins one in a file that %s", async (_, content) => {
    const journal = join(await temporaryFolder(), "posts.jsonl");
    await writeFile(journal, content);
    const server = await listen({ journal });
    await server.post("a\n", PLAIN);
    await server.stop();
    expect(await readFile(journal, "utf8")).toBe(`${FIRST_LINE}{"text":"a\\n"}\n`);
  });

  it.each([
    [
      "records of somebody else",
      '{"text":"a b c"}\n{"text":"the last record, no line end"}',
      "must be a journal, which begins",
    ],
    ["text", "第一行\nprecious last line without end", "must be a journal, which begins"],
    ["half a line", "{", "must be the journal of the run that goes on"],
    ["another format", FIRST_LINE.replace(":1,", ":2,"), "must be a journal, which begins"],
    ["an end that it did not write", `${FIRST_LINE}{"text":"a"}\nmy notes`, "must end with a record or half of one"],
    ["other posts", `${FIRST_LINE}{"text":"b"}\n{"text":"hal`, "must be the journal of the run that goes on"],
  ])("leaves a file with %s as it is", async (_, content, fault) => {
    const folder = await temporaryFolder();
    const first = await listen({ journal: join(folder, "first.jsonl") });
    await first.post("a\n", PLAIN);
    await first.reaches(["a\n"]);
    await first.stop();
    const from = first.batches.at(-1)?.position.cursor;
    const journal = join(folder, "posts.jsonl");
    await writeFile(journal, content);
    await expect(run(http({ port: 0, journal }, { from }))).rejects.toThrow(`http: ${journal} ${fault}`);
    expect(await readFile(journal, "utf8")).toBe(content);
  });

  it("refuses posts, and cuts nothing off, once somebody else has written to it", async () => {
    const journal = join(await temporaryFolder(), "posts.jsonl");
    const server = await listen({ journal });
    await server.post("a\n", PLAIN);
    await server.reaches(["a\n"]);
    const theirs = '{"text":"theirs"}\n';
    await appendFile(journal, theirs);
    expect(await server.post("b\n", PLAIN)).toMatchObject({
      status: 500,
      answer: {
        error: expect.stringContaining("http: the journal must have one writer, got 85 bytes in it where 67 were"),
      },
    });
    await server.stop();
    expect(await readFile(journal, "utf8")).toBe(`${FIRST_LINE}{"text":"a\\n"}\n${theirs}`); // 51 + 16 + 18
  });

  it("answers 429 once so much is unread", async () => {
    const journal = join(await temporaryFolder(), "posts.jsonl");
    await writeFile(journal, FIRST_LINE + `${JSON.stringify({ text: "x".repeat(600) })}\n`.repeat(2));
    const [refused, refuse] = signal();
    const stuck = await posting((start) =>
      http({ port: 0, journal, chunkSize: 300, capacity: 500 }, start).pipe(
        mapAsync(async (batch) => {
          await refused;
          return batch;
        }),
      ),
    );
    expect((await stuck.post("a\n", PLAIN)).status).toBe(429);
    refuse();
    await expect.poll(async () => (await stuck.post("a\n", PLAIN)).status, { interval: 20 }).toBe(202);
    await stuck.stop();
  });
});
