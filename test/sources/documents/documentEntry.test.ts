import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import parquet from "parquetjs-lite";
import { take } from "rxjs";
import { describe, expect, it } from "vitest";
import type { DocumentEntry, Rejection } from "#schemas";
import { type FilesOptions, files, fromTexts, http, nats, sse, stdin, tail, websocket } from "#sources";
import { collect } from "../../support/collect.js";
import { eventServer } from "../../support/eventServer.js";
import { following } from "../../support/following.js";
import { knownOf } from "../../support/knownOf.js";
import { posting } from "../../support/posting.js";
import { documentsOf } from "../../support/readBack.js";
import { caseCount } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { zstdOf } from "../../support/zstdOf.js";

interface Review {
  readonly text: string;
  readonly id: string;
  readonly labels: readonly string[];
  readonly weight: number;
  readonly title: string;
}

const WORDS = ["the cat", 'sat, "down"', "猫坐着。", "一只\t狗", "", "😀 é"];
const reviews = fc.array(
  fc.record({
    text: fc.constantFrom(...WORDS),
    id: fc.constantFrom("a1", "编号7", "x,y", "0"),
    labels: fc.subarray(["news", "体育", "good day"]),
    weight: fc.constantFrom(0, 1, 2.5, 1e-3),
    title: fc.constantFrom("", "Cats", "猫", "null"),
  }),
  { maxLength: 12 },
);

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const flat = (text: string) => text.replaceAll("\t", " ");
const ASKED = { id: "id", labels: "labels", weight: "weight", fields: "title" };

interface Format {
  readonly write: (reviews: readonly Review[]) => string;
  readonly options?: Omit<FilesOptions, "paths">;
  /** The reviews as that format can hold them. */
  readonly held?: (review: Review) => Review;
}

const FORMATS: Readonly<Record<string, Format>> = {
  "a.csv": {
    write: (all) =>
      `title,labels,text,id,weight\n${all.map(({ title, labels, text, id, weight }) => [title, labels.join(" | "), text, id, String(weight)].map(quoted).join(",")).join("\r\n")}`,
    options: { labelSeparator: "|" },
  },
  "a.tsv": {
    write: (all) =>
      all.map((one) => [one.weight, flat(one.text), one.labels.join("|"), one.id, one.title].join("\t")).join("\n"),
    options: { header: false, field: "2", id: "4", labels: "3", weight: "1", fields: "5", labelSeparator: "|" },
    held: (one) => ({ ...one, text: flat(one.text) }),
  },
  "a.jsonl": {
    write: (all) =>
      all
        .map(({ text, id, labels, weight, title }) => JSON.stringify({ of: { id, labels }, weight, title, text }))
        .join("\n\n"),
    options: { id: "of.id", labels: "of.labels" },
  },
  "a.json": { write: (all) => JSON.stringify(all, undefined, 1) },
};

describe.each(Object.entries(FORMATS))("what is known of the documents of %s", (name, { write, options, held }) => {
  it("arrives with its document, packed or not, wherever the text is cut", async () => {
    const paths = join(await temporaryFolder(), name);
    await fc.assert(
      fc.asyncProperty(
        reviews,
        fc.constantFrom(1, 3, 64, 262_144),
        fc.constantFrom(String, gzipSync, zstdOf),
        async (all, chunkSize, packed) => {
          await writeFile(paths, packed(write(all)));
          const batches = await collect(files({ paths, ...ASKED, ...options, chunkSize }));
          const expected = all.map((review) => (held ? held(review) : review));
          expect(documentsOf(batches)).toEqual(expected.map(({ text }) => text));
          const column = options?.fields ?? ASKED.fields;
          expect(knownOf(batches)).toEqual(
            expected.map(({ text: _, title, ...known }) => ({ ...known, fields: { [column as string]: title } })),
          );
        },
      ),
      { seed: 11, numRuns: caseCount(40) },
    );
  });
});

describe("columns of Parquet", () => {
  const schema = () =>
    new parquet.ParquetSchema({
      text: { type: "UTF8" },
      n: { type: "INT64" },
      labels: { type: "LIST", fields: { list: { repeated: true, fields: { element: { type: "UTF8" } } } } } as never,
      weight: { type: "DOUBLE" },
      isNew: { type: "BOOLEAN", optional: true } as never,
    });

  it("hold ids, lists of labels, weights and fields", async () => {
    const paths = join(await temporaryFolder(), "a.parquet");
    const writer = await parquet.ParquetWriter.openFile(schema(), paths);
    const list = (labels: string[]) => ({ list: labels.map((element) => ({ element })) });
    await writer.appendRow({ text: "the cat", n: 7, labels: list(["news", "体育"]), weight: 0.5, isNew: true });
    await writer.appendRow({ text: "猫", n: 8, labels: list([]), weight: 2 });
    await writer.close();
    const batches = await collect(
      files({ paths, id: "n", labels: "labels", weight: "weight", fields: ["isNew", "text"] }),
    );
    expect(documentsOf(batches)).toEqual(["the cat", "猫"]);
    expect(knownOf(batches)).toEqual([
      { id: "7", labels: ["news", "体育"], weight: 0.5, fields: { isNew: true, text: "the cat" } },
      { id: "8", labels: [], weight: 2, fields: { isNew: null, text: "猫" } },
    ]);
    await expect(collect(files({ paths, labels: "label" }))).rejects.toThrow(
      `files: ${paths}: labels must be one of its columns, got "label"; the columns are text, n, `,
    );
    await expect(collect(files({ paths, labels: "n" }))).rejects.toThrow(
      `files: ${paths} row 1: n must be a text, or a list of texts that are not empty (option labels), got 7`,
    );
  });
});

describe("labelled lines", () => {
  it("have their labels taken out, wherever they stand, and keep the rest", async () => {
    const paths = join(await temporaryFolder(), "cooking.txt");
    await writeFile(
      paths,
      "__label__sauce __label__cheese How much  does\tthis cost?\r\n\n猫 坐着__label__x\t__label__体育 。\n__label__a",
    );
    for (const chunkSize of [1, 7, 1000]) {
      const batches = await collect(files({ paths, format: "labelled", chunkSize }));
      expect(documentsOf(batches)).toEqual(["How much  does\tthis cost?\n", "\n", "猫 坐着__label__x\t。\n", ""]);
      expect(knownOf(batches).map(({ labels }) => labels)).toEqual([["sauce", "cheese"], [], ["体育"], ["a"]]);
    }
  });

  it("have a prefix of another kind, whose letters mean nothing else", async () => {
    const paths = join(await temporaryFolder(), "a.txt");
    await writeFile(paths, "#.a #xa b\n");
    const batches = await collect(files({ paths, format: "labelled", labelPrefix: "#." }));
    expect([documentsOf(batches), knownOf(batches)]).toEqual([["#xa b\n"], [{ labels: ["a"] }]]);
  });

  it("are a fault where a label is its prefix alone", async () => {
    const paths = join(await temporaryFolder(), "a.txt");
    await writeFile(paths, "__label__a x\n__label__ y\n");
    await expect(collect(files({ paths, format: "labelled" }))).rejects.toThrow(
      `files: ${paths} line 2: a label must be more than its prefix, got __label__`,
    );
  });
});

const LABEL = "must be a text, or a list of texts that are not empty (option labels), got";
describe.each<[content: string, options: Omit<FilesOptions, "paths">, message: string, name?: string]>([
  ['{"text":"a","l":"x"}\n{"text":"b"}', { labels: "l" }, `l ${LABEL} none`],
  ['{"text":"a","l":["x"]}\n{"text":"猫","l":3}', { labels: "l" }, `l ${LABEL} 3`],
  ['{"text":"a","l":["x"]}\n{"text":"猫","l":["x",3]}', { labels: "l" }, `l ${LABEL} ["x",3]`],
  ['{"text":"a","l":null}\n{"text":"猫","l":["体育",""]}', { labels: "l" }, `l ${LABEL} ["体育",""]`],
  [
    '{"text":"a","l":"x"}\n{"text":"猫","l":"x","l":"y"}',
    { labels: "l" },
    'must have "l" once (option labels), got it more often',
  ],
  ['{"text":"a","w":1}\n{"text":"猫","w":"1"}', { weight: "w" }, 'w must be a number >= 0 (option weight), got "1"'],
  ['{"text":"a","w":0}\n{"text":"猫","w":-1}', { weight: "w" }, "w must be a number >= 0 (option weight), got -1"],
  ["text,w\na,.5\n猫,1e999\n", { weight: "w" }, "w must be a number >= 0 (option weight), got Infinity", "a.csv"],
  ["text,w\na,.5\n猫,\n", { weight: "w" }, 'w must be a number >= 0 (option weight), got ""', "a.csv"],
  [
    '{"text":"a","id":1}\n{"text":"猫","id":null}',
    { id: "id" },
    "id must be a text that is not empty or a whole number up to 2^53 (option id), got null",
  ],
  [
    '{"text":"a","id":1}\n{"text":"猫","id":9007199254740993}',
    { id: "id" },
    "id must be a text that is not empty or a whole number up to 2^53 (option id), got 9007199254740992",
  ],
  [
    '{"text":"a"}\n{"text":"猫","t":{"x":1}}',
    { fields: "t" },
    't must be a text, true, false, null or a number, whole ones up to 2^53 (option fields), got {"x":1}',
  ],
  [
    '{"text":"a","id":"b"}\n{"text":"猫","id":"\\ud800"}',
    { id: "id", onInvalid: "reject" },
    "invalid Unicode, half a surrogate pair",
  ],
])("a record at fault: %s", (content, options, message, name = "a.jsonl") => {
  const line = name === "a.csv" ? 3 : 2;

  it("ends the run with one line", async () => {
    const paths = join(await temporaryFolder(), name);
    await writeFile(paths, content);
    await expect(collect(files({ paths, ...options }))).rejects.toThrow(`files: ${paths} line ${line}: ${message}`);
  });

  it("is left out and listed, and has no entry, where some may be", async () => {
    const paths = join(await temporaryFolder(), name);
    await writeFile(paths, content);
    const rejections: Rejection[] = [];
    const batches = await collect(files({ paths, ...options, maxRejected: 1 }), {
      onRejected: (rejection) => rejections.push(rejection),
    });
    expect(documentsOf(batches)).toEqual(["a"]);
    expect(knownOf(batches)).toHaveLength(1);
    expect(rejections).toMatchObject([{ document: 2, line, reason: message }]);
  });
});

it("reads just the documents of a list of rejected ones, with their entries", async () => {
  const folder = await temporaryFolder();
  const paths = join(folder, "a.jsonl");
  const only = join(folder, "rejected.jsonl");
  await writeFile(paths, '{"text":"a","id":1}\n{"text":"b","id":2}\n{"text":"c","id":3}');
  await writeFile(only, JSON.stringify({ source: paths, document: 2 }));
  expect(knownOf(await collect(files({ paths, id: "id", only })))).toEqual([{ id: "2" }]);
  expect(knownOf(await collect(files({ paths, id: "@position", only })))).toEqual([{ id: `${paths}:2` }]);
});

it.each(["lines", "paragraphs", "file", "labelled"] as const)(
  "numbers documents of %s in each file",
  async (format) => {
    const folder = await temporaryFolder();
    const paths = [join(folder, "a.txt"), join(folder, "猫.txt")];
    for (const path of paths) await writeFile(path, "x\n\ny\n");
    const expected = { lines: 3, paragraphs: 2, file: 1, labelled: 3 }[format];
    for (const options of [{ chunkSize: 1 }, { maxDocumentLength: 100 }]) {
      const batches = await collect(files({ paths, format, id: "@position", ...options }));
      expect(knownOf(batches).map(({ id }) => id)).toEqual(
        paths.flatMap((path) => Array.from({ length: expected }, (_, k) => `${path}:${k + 1}`)),
      );
    }
  },
);

it.each<[make: () => unknown, message: string]>([
  [() => files({ paths: "a", id: "@message" }), `files: id must be a column's name or @position, got "@message"`],
  [() => http({ id: "@position" }), `http: id must be a column's name, got "@position"`],
  [() => stdin({ labels: "l" }), 'stdin: labels must be left out where the format has no columns, got "l" for lines'],
  [
    () => tail({ paths: "a", format: "labelled", labels: "l" }),
    'tail: labels must be left out where the format has no columns, got "l" for labelled',
  ],
  [
    () => nats({ stream: "s", fields: "l" }),
    'nats: fields must be left out where the format has no columns, got "l" for message',
  ],
  [
    () => sse({ url: "http://a", id: "x" }),
    'sse: id must be left out where the format has no columns, got "x" for message',
  ],
  [
    () => websocket({ url: "ws://a", labelSeparator: "," }),
    "websocket: labels is required where there is a labelSeparator, got none",
  ],
  [() => files({ paths: "a", labelPrefix: "a b" }), 'files: labelPrefix must hold no white space, got "a b"'],
])("refuses options that do not go together, at the call: %s", (make, message) => {
  expect(make).toThrow(message);
});

it("refuses columns of a file that turns out to have none", async () => {
  const paths = join(await temporaryFolder(), "a.txt");
  await writeFile(paths, "x\n");
  await expect(collect(files({ paths, labels: "l" }))).rejects.toThrow(
    `files: ${paths}: labels must be left out where the format has no columns, got "l" for lines`,
  );
});

describe("live sources", () => {
  const lines = ["the cat", "猫", "", "dog"].map((text, k) =>
    JSON.stringify({ text, id: k, l: k % 2 ? ["体育"] : null }),
  );
  const known = [0, 1, 2, 3].map((k): DocumentEntry => ({ id: String(k), labels: k % 2 ? ["体育"] : [] }));
  const cut = (content: string, size: number) =>
    Readable.from(content.match(new RegExp(`[^]{1,${size}}`, "gu")) ?? [], { objectMode: true }).map((piece) =>
      Buffer.from(piece),
    );

  it("go on from any cursor to the same entries", async () => {
    const settings = { format: "jsonl", chunkSize: 16, id: "id", labels: "l" } as const;
    const content = lines.join("\n");
    const whole = await collect(stdin(settings, { input: cut(content, 7) }));
    expect(knownOf(whole)).toEqual(known);
    for (const [index, { position }] of whole.entries()) {
      if (position.cursor === undefined) continue;
      const before = await collect(stdin(settings, { input: cut(content, 7) }).pipe(take(index + 1)));
      const after = await collect(stdin(settings, { input: cut(content, 3), from: position.cursor }));
      expect(knownOf([...before, ...after])).toEqual(known);
    }
  });

  it("number documents of plain text on from a cursor", async () => {
    const settings = { chunkSize: 2, id: "@position" } as const;
    const [first] = await collect(stdin(settings, { input: cut("a\nb\nc\n", 2) }).pipe(take(1)));
    const rest = await collect(stdin(settings, { input: cut("a\nb\nc\n", 6), from: first!.position.cursor }));
    expect(knownOf([first!, ...rest]).map(({ id }) => id)).toEqual([1, 2, 3].map((k) => `standard input:${k}`));
  });

  it("follow files with their columns", async () => {
    const paths = join(await temporaryFolder(), "a.jsonl");
    await writeFile(paths, `${lines.join("\n")}\n`);
    const read = following(tail({ paths, format: "jsonl", id: "id", labels: "l", pollInterval: "5ms", chunkSize: 20 }));
    await read.reaches(["the cat", "猫", "", "dog"]);
    await read.stop();
    expect(knownOf(read.batches)).toEqual(known);
  });

  it("know a message by its id, whatever it holds", async () => {
    const server = await eventServer((response) => response.write("data: a\n\nid: 猫7\ndata: b\ndata: c\n\n"));
    const read = following(sse({ url: server.url, format: "lines", id: "@message" }));
    await read.reaches(["a", "b\n", "c"]);
    await read.stop();
    expect(knownOf(read.batches)).toEqual([{ id: null }, { id: "猫7" }, { id: "猫7" }]);
  });

  it.each([undefined, "posts.jsonl"])("take in posts with their columns, with the journal %s", async (name) => {
    const journal = name && join(await temporaryFolder(), name);
    const options = {
      port: 0,
      journal,
      format: "labelled",
      id: "id",
      labels: "l",
      fields: ["a.b", "2", "a.b"],
    } as const;
    const source = await posting((start) => http(options, start));
    const json = { "Content-Type": "application/x-ndjson" };
    expect(
      (await source.post('{"text":"猫","id":7,"l":"体育","a":{"b":null},"2":1}\n{"text":"x","id":"y","l":[]}', json))
        .status,
    ).toBe(202);
    expect(await source.post("__label__a b")).toMatchObject({
      status: 400,
      answer: { error: expect.stringContaining("id must be left out where the format has no columns") },
    });
    expect((await source.post('{"text":"z","id":null,"l":[]}', json)).status).toBe(400);
    await source.reaches(["猫", "x"]);
    await source.stop();
    expect(knownOf(source.batches)).toEqual([
      { id: "7", labels: ["体育"], fields: { "a.b": null, 2: 1 } },
      { id: "y", labels: [], fields: { "a.b": null, 2: null } },
    ]);
    if (!journal) return;
    const again = await posting((start) => http(options, start));
    await again.reaches(["猫", "x"]);
    await again.stop();
    expect(knownOf(again.batches)).toEqual(knownOf(source.batches));
    const other = await posting((start) => http({ ...options, fields: "c" }, start));
    await expect(other.ended).rejects.toThrow(
      `http: ${journal} line 2: must hold fields.c, id, labels of its document, as the options say, got fields.2, fields.a.b, id, labels`,
    );
  });
});

describe("texts in code", () => {
  it("come with what is known of them", async () => {
    const texts = [
      { text: "the cat", id: "a", labels: ["x"], weight: 2, fields: { year: 2020 } },
      { text: "猫", id: null, labels: [], weight: 0, fields: { year: null } },
    ];
    const batches = await collect(fromTexts(texts, { chunkSize: 3 }));
    expect(documentsOf(batches)).toEqual(["the cat", "猫"]);
    expect(knownOf(batches)).toEqual(texts.map(({ text: _, ...known }) => known));
    expect(batches.every(({ documents }) => documents !== undefined)).toBe(true);
  });

  it.each<[second: object, message: string]>([
    [{ text: "b" }, "fromTexts: document 2: must have the parts of the first one, text, labels, got text"],
    [
      { text: "b", labels: [3] },
      "fromTexts: document 2: labels must be a text, or a list of texts that are not empty, got [3]",
    ],
    [{ label: "b" }, "fromTexts: texts must be strings, got object"],
  ])("must have what the first one has: %j", async (second, message) => {
    await expect(collect(fromTexts([{ text: "a", labels: ["x"] }, second as never]))).rejects.toThrow(message);
  });
});
