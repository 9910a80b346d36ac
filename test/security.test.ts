// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has the same placeholders
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import parquet from "parquetjs-lite";
import { of } from "rxjs";
import { describe, expect, it } from "vitest";
import { Vectors } from "#kernels";
import { compile, parseConfig, parseConfigText, runPipeline, verifyRun } from "#pipelines";
import { Ledger, run } from "#runtime";
import { writeVectors } from "#sinks";
import { files } from "#sources";
import { openTable, readVectors } from "#storage";
import { collect } from "./support/collect.js";
import { processorTime } from "./support/processorTime.js";
import { refused } from "./support/refused.js";
import { shortOrLong } from "./support/shortOrLong.js";
import { smallRun } from "./support/smallRun.js";
import { temporaryFolder } from "./support/temporaryFolder.js";

const data = (text: string, env: Record<string, string> = {}) => parseConfigText(text, "c.yaml", { env }).data;

describe("a config", () => {
  it.each(["!!js/function 'x'", "!!binary aGk=", "!!set {x}", "!!str 1", "!mine 1", "!<tag:yaml.org,2002:int> 1"])(
    "has no tag such as %s, also of YAML 1.1",
    (value) => {
      expect(refused(`a: ${value}`).message).toMatch(/[Tt]ag/);
      expect(refused(`%YAML 1.1\n---\na: ${value}`).message).toMatch(/[Tt]ag/);
    },
  );

  it("is YAML 1.2 whatever it says of itself: yes is a text, << merges nothing", () => {
    expect(data("%YAML 1.1\n---\na: yes\nb: 2001-01-01")).toEqual({ a: "yes", b: "2001-01-01" });
    expect(refused("%YAML 1.1\n---\nx: &x {p: 1}\na: {<<: *x}").message).toContain('the key "<<" is not allowed');
  });

  it("names no object's internals, in whatever way the key comes to stand there", () => {
    expect(refused('"__proto__": {x: 1}').message).toBe('c.yaml:1:1: the key "__proto__" is not allowed');
    expect(refused("${EVIL:__proto__}: {x: 1}").message).toBe('c.yaml:1:1: the key "__proto__" is not allowed');
    expect(refused("a: ${X}", { X: "{__proto__: {x: 1}}" }).message).toContain('the key "__proto__" is not allowed');
    expect(refused("a: ['${X:constructor: 1}']").message).toContain('the key "constructor" is not allowed');
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("has one document, whose second one is not passed over", () => {
    expect(refused("a: 1\n---\nb: 2").message).toContain("a config must be one YAML document");
  });

  it("is at most 50 levels deep", () => {
    const nested = (levels: number) => `a: ${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect(refused(nested(51)).message).toMatch(/^c\.yaml:1:\d+: a config must be at most 50 levels deep, got more$/);
    expect(data(nested(40))).toHaveProperty("a");
    expect(data("a: ${X}", { X: "[".repeat(100_000) })).toEqual({ a: "[".repeat(100_000) }); // plain text then
  });

  it("starts no program and opens no connection", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "corpus.txt"), "the cat sat on the mat\n".repeat(20));
    writeFileSync(
      join(folder, "c.yaml"),
      "source: { files: { paths: corpus.txt } }\nsteps: [normalize, tokenize, buildVocab, encode, windowContexts: { radius: fixed, sample: 0 }, word2vec: { epochs: 1, vectorSize: 4 }, writeVectors: { path: v.bin }]\n",
    );
    const watch = `
      import net from "node:net"; import child from "node:child_process"; import dns from "node:dns"; import module from "node:module";
      const refuse = (name) => () => { process.stderr.write("called " + name); process.exit(99); };
      net.Socket.prototype.connect = refuse("connect");
      for (const [of, names] of [[child, ["spawn", "exec", "execFile", "fork", "spawnSync", "execSync"]], [dns, ["lookup"]]])
        for (const name of names) of[name] = refuse(name);
      globalThis.eval = refuse("eval");
      module.syncBuiltinESMExports();
    `;
    writeFileSync(join(folder, "watch.mjs"), watch);
    const main = join(import.meta.dirname, "../dist/cli/main.js");
    const args = ["--import", join(folder, "watch.mjs"), main, "run", "c.yaml", "--progress", "none"];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

describe("globs", () => {
  it.each([
    ["*a*a*a*a*b", "must have at most 2 stars beyond the first of a name, got 4"],
    ["a*a*/a*a*/a*a*", "must have at most 2 stars beyond the first of a name, got 3"],
    ["**/a/**/b/**/c/**/d.txt", "must have at most 3 **, got 4"],
    ["{a,b}{a,b}{a,b}{a,b}*", "must have at most 3 groups in braces, got 4"],
    [`{${"a,".repeat(17)}}*`, "must have at most 16 commas, got 17"],
    [`${"x/".repeat(500)}*`, "must have at most 1000 characters, got 1001"],
  ])("refuse %s, which could match in too many ways", async (pattern, limit) => {
    await expect(run(files({ paths: pattern }))).rejects.toThrow(`files: the glob ${pattern.slice(0, 100)} ${limit}`);
  });

  it("end soon on the worst of names, and know no extended signs", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "a".repeat(255)), "");
    const started = processorTime();
    for (const pattern of ["a*a*a*b", "{a*,a*}{a,a}{a,a}b", "+(a|aa)+(a|aa)+(a|aa)b"])
      await expect(run(files({ paths: join(folder, pattern) }))).rejects.toThrow(/must match a file|nothing there/);
    expect(processorTime() - started).toBeLessThan(3000);
  });

  it("take what people write", async () => {
    const folder = await temporaryFolder();
    for (const name of ["news-2020-part-1.txt", "新闻-2021.txt"]) writeFileSync(join(folder, name), name);
    const read = (pattern: string) => collect(files({ paths: join(folder, pattern), format: "file" }));
    expect((await read("*-20*-part-*.txt")).length).toBe(1);
    expect((await read("**/{news,新闻}-202[01]*.txt")).length).toBe(1);
  });
});

describe("files to read", () => {
  const bomb = gzipSync(Buffer.alloc(80 << 20, "a"));

  it("are refused where they unpack to far more than their size, with what they unpacked to", async () => {
    expect(bomb.length).toBeLessThan(100_000);
    const path = join(await temporaryFolder(), "bomb.txt.gz");
    writeFileSync(path, bomb);
    const ledger = new Ledger();
    const refusal = new RegExp(
      `^files: ${path}: must unpack to at most 250 times its size, got \\d+ bytes from ${bomb.length} \\(maxExpansion\\)$`,
    );
    await expect(run(files({ paths: path }), { ledger })).rejects.toThrow(refusal);
    expect(ledger.get("bytes")).toBeGreaterThan(60 << 20);
    expect(ledger.get("bytes")).toBeLessThan(70 << 20);
    await run(files({ paths: path, maxExpansion: 2000 }));
  });

  it("of vectors are refused as well, and get no room for what only a header promises", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "bomb.vec.gz"), bomb);
    await expect(readVectors(join(folder, "bomb.vec.gz"), { format: "gloveText" })).rejects.toThrow(
      /line 1|must unpack/,
    );
    const header = gzipSync("1000000000 1048576\n");
    writeFileSync(join(folder, "header.vec.gz"), header);
    writeFileSync(join(folder, "header.vec"), "1000000000 1000000000\nthe 1");
    writeFileSync(join(folder, "rows.vec"), "1000000000 100\nthe 1");
    const before = process.memoryUsage().arrayBuffers;
    await expect(readVectors(join(folder, "header.vec.gz"))).rejects.toThrow("must hold the 1000000000 terms");
    await expect(readVectors(join(folder, "header.vec"))).rejects.toThrow("vector size must be from 1 to 1048576");
    for (const format of ["word2vecText", "word2vecBinary"] as const)
      await expect(readVectors(join(folder, "rows.vec"), { format })).rejects.toThrow("it is cut short");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });

  it("of Parquet are refused as well, page by page", async () => {
    const path = join(await temporaryFolder(), "bomb.parquet");
    const schema = new parquet.ParquetSchema({ text: { type: "UTF8", compression: "GZIP", statistics: false } });
    const writer = await parquet.ParquetWriter.openFile(schema, path);
    await writer.appendRow({ text: "a".repeat(80 << 20) });
    await writer.close();
    await expect(run(files({ paths: path }))).rejects.toThrow(/a page that must unpack to at most 250 times its size/);
    await expect(openTable(path).then(({ blocks }) => blocks(["text"])[Symbol.asyncIterator]().next())).rejects.toThrow(
      /a page that must unpack to at most 250 times its size/,
    );
  });

  it("may not be devices when a run is verified, whatever its manifest names", async () => {
    const folder = await temporaryFolder();
    const manifest = await smallRun(folder);
    const inputs = manifest.inputs.map((input) => ({ ...input, path: "/dev/zero" }));
    writeFileSync(join(folder, "out/manifest.json"), JSON.stringify({ ...manifest, inputs }));
    const faulty = (await verifyRun(join(folder, "out"))).filter(({ fault }) => fault !== undefined);
    expect(faulty).toEqual([
      { path: "/dev/zero", fault: "must be readable, got /dev/zero: must be a regular file, got something else" },
    ]);
  });
});

describe("outputs", () => {
  it("stay in their folder when --force removes those of a manifest that somebody else wrote", async () => {
    const folder = await temporaryFolder();
    mkdirSync(join(folder, "mine"));
    for (const name of ["note.txt", "mine/note.txt"]) writeFileSync(join(folder, name), "keep");
    const out = join(folder, "out");
    mkdirSync(out);
    symlinkSync(join(folder, "mine"), join(out, "link"));
    symlinkSync(join(folder, "note.txt"), join(out, "note"));
    const paths = ["link/note.txt", "../note.txt", join(folder, "note.txt"), "note", "..", "."];
    writeFileSync(join(out, "manifest.json"), JSON.stringify({ outputs: paths.map((path) => ({ path })) }));
    writeFileSync(join(folder, "corpus.txt"), "a b\n");
    const text =
      "source: { files: { paths: corpus.txt } }\nsteps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.txt }]";
    await runPipeline(compile(parseConfig(text, join(folder, "c.yaml"))), { out, force: true });
    for (const name of ["note.txt", "mine/note.txt"]) expect(readFileSync(join(folder, name), "utf8")).toBe("keep");
    expect(readdirSync(out)).not.toContain("note");
  });

  it.each([
    ["manifest.json", '{"name":"a web page","icons":[]}', "must be the manifest of a run for --force to replace it"],
    ["manifest.json", "我的清单", "must be the manifest of a run for --force to replace it"],
    [".scratch/notes.txt", "mine", "must be a folder that a run made, got one with notes.txt"],
    [".checkpoint/model.pt", "mine", "must be a folder that a run made, got one with model.pt"],
    [".checkpoint", "mine", "must be a folder that a run made, got one with ENOTDIR"],
  ])("do not cost a file of somebody else: %s, %s", async (name, content, fault) => {
    const folder = await temporaryFolder();
    const file = join(folder, "out", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    const text =
      "source: { files: { paths: corpus.txt } }\nsteps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.txt }]";
    writeFileSync(join(folder, "corpus.txt"), "a b\n");
    const pipeline = compile(parseConfig(text, join(folder, "c.yaml")));
    await expect(runPipeline(pipeline, { out: join(folder, "out"), force: true })).rejects.toThrow(fault);
    expect(readFileSync(file, "utf8")).toBe(content);
  });

  it("never go through a link that somebody put in their place", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "out");
    mkdirSync(join(out, "sub"), { recursive: true });
    writeFileSync(join(folder, "note.txt"), "keep");
    symlinkSync(join(folder, "note.txt"), join(out, "vocab.parquet.lexstream.partial"));
    symlinkSync(folder, join(out, "sub/up"));
    await expect(
      smallRun(folder, "out", (text) => text.replace("path: vocab.parquet", "path: sub/up/x.parquet")),
    ).rejects.toThrow(/must be new or empty|must lie inside/);
    expect(readFileSync(join(folder, "note.txt"), "utf8")).toBe("keep");
    expect(existsSync(join(folder, "x.parquet"))).toBe(false);
  });
});

describe("a terminal", () => {
  it("is told no control characters of terms, whether as text or as JSON", async () => {
    const folder = await temporaryFolder();
    const evil = "\u001b]0;owned\u0007\u009b2J\u202egnp\r";
    const vectors = new Vectors({
      terms: ["a", `${evil}x`],
      values: Float32Array.of(1, 0, 1, 0.1),
      vectorSize: 2,
      metadata: new Map(),
    });
    await run(of(vectors).pipe(writeVectors({ path: join(folder, "v.arrow") })));
    const main = join(import.meta.dirname, "../dist/cli/main.js");
    const lexstream = (...args: string[]) =>
      execFileSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
    const said = [
      lexstream("neighbors", "v.arrow", "a"),
      lexstream("neighbors", "v.arrow", "a", "--json"),
      ...shortOrLong([], ["inspect"]).map((asked) => lexstream(asked, "v.arrow")),
      spawnSync(process.execPath, [main, "neighbors", "v.arrow", evil], { cwd: folder, encoding: "utf8" }).stderr,
    ];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    for (const text of said) expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(said[0]).toContain("\\u001b]0;owned\\u0007\\u009b2J\\u202egnp");
    expect(JSON.parse(said[1]!)[0].neighbors[0].term).toBe(`${evil}x`);
  });

  it("gets no more neighbours than there are, however many are asked for", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "v.vec"), "3 2\na 1 0\nb 1 0.1\n猫 0 1\n");
    const main = join(import.meta.dirname, "../dist/cli/main.js");
    const out = execFileSync(process.execPath, [main, "neighbors", "v.vec", "a", "-k", "9007199254740991"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(out.trim().split("\n")).toHaveLength(3);
  });
});
