import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentOf, isTelling, textFault } from "#kernels";

const bytesOf = (text: string) => Buffer.from(text, "latin1");
const zipped = (entry: string) => bytesOf(`PK\x03\x04${"\0".repeat(26)}${entry}`);

// As programs write them: bzip2, xz, lz4, 7z, zip, pdftex, pickle, pyarrow and others.
const packed: readonly (readonly [name: string, head: Buffer])[] = [
  ["gzip", bytesOf("\x1f\x8b\x08\0")],
  ["Zstandard", bytesOf("\x28\xb5\x2f\xfd\x04")],
  ["bzip2", bytesOf("BZh91AY&SY\x1d^Y")],
  ["bzip2", bytesOf("BZh1\x17rE8P\x90\0\0\0\0")],
  ["xz", bytesOf("\xfd7zXZ\0\0\x04")],
  ["LZMA", bytesOf("]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff")],
  ["lz4", bytesOf("\x04\x22\x4d\x18d@")],
  ["7z", bytesOf("7z\xbc\xaf\x27\x1c\0\x04")],
  ["zip", zipped("corpus.txt")],
  ["an Office file", zipped("[Content_Types].xml")],
  ["an OpenDocument file", zipped("mimetypeapplication/vnd.oasis.opendocument.text")],
  ["an EPUB book", zipped("mimetypeapplication/epub+zip")],
  ["an old Office file (OLE)", bytesOf("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
  ["a tar archive", bytesOf(`corpus/a.txt${"\0".repeat(245)}ustar\x0000`)],
  ["a PDF file", bytesOf("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")],
  ["a Parquet file", bytesOf("PAR1\x15\x04")],
  ["an Arrow file", bytesOf("ARROW1\0\0")],
  ["an SQLite database", bytesOf("SQLite format 3\0")],
  ["a Python pickle", bytesOf("\x80\x04\x95")],
  ["a fastText model", bytesOf("\xba\x16\x2f\x4f\x0c\0\0\0")],
  ["a PNG image", bytesOf("\x89PNG\r\n\x1a\n")],
  ["an ELF program", bytesOf("\x7fELF\x02")],
];

describe("contentOf", () => {
  it.each(packed)("knows %s", (name, head) => {
    expect(contentOf(head)?.name).toBe(name);
  });

  it.each([
    "BZh is how bzip2 begins",
    "BZh91AY",
    "PK",
    "PK and PAR1",
    "PAR1\n",
    "PAR1 is how Parquet begins",
    "%PDF-1.7 is how it begins",
    "GIF89a is an image",
    "RIFF raff",
    "7z x corpus.7z",
    "ID3 is an algorithm",
    "MZ\n",
    "BM and what follows it",
    "Obj",
    "SQLite format 3 is a format\n",
    "\u001b[31mred\u001b[0m",
    "\0\0\0\0\0\0\0\0a line\n",
    "one\0two\0three\0",
    "中文",
    "",
  ])("takes %j for text", (text) => {
    expect(contentOf(Buffer.from(text))).toBeUndefined();
  });

  it("takes no text for anything else", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => {
        fc.pre(!text.includes("\0"));
        expect(contentOf(Buffer.from(text))).toBeUndefined();
      }),
    );
  });

  it("leaves what is in an encoding of bytes to who repairs it", () => {
    const latin1 = bytesOf("Die Stra\xdfe f\xfchrt \xfcber den Flu\xdf, \x1b[1msagte er.\n");
    const gbk = Buffer.from("d6d0cec4b5c4b5dad2bbbee40a", "hex");
    expect([contentOf(latin1), contentOf(gbk)]).toEqual([undefined, undefined]);
  });
});

const english = "The cat sat on the mat.\n";
const chinese = "猫坐在垫子上。狗看着它，一言不发。\n"; // one ASCII character in eighteen
const mixed = "用 Node 读 UTF-16 的文本。\r\n";

const encoders: Readonly<Record<string, (text: string) => Buffer>> = {
  "UTF-16LE": (text) => Buffer.from(text, "utf16le"),
  "UTF-16BE": (text) => Buffer.from(text, "utf16le").swap16(),
  "UTF-32LE": (text) => Buffer.from(Uint32Array.from(text, (character) => character.codePointAt(0)!).buffer),
  "UTF-32BE": (text) => encoders["UTF-32LE"]!(text).swap32(),
};

describe.each(Object.entries(encoders))("%s", (encoding, encode) => {
  it.each([english, chinese, mixed, "hi"])("is known without a mark, in %j", (text) => {
    expect(contentOf(encode(text))?.name).toBe(`${encoding} without a byte-order mark`);
    expect(contentOf(encode(text).subarray(0, -1))?.name ?? "cut to one character").toMatch(/without|one character/);
  });

  it("is known by its mark", () => {
    expect(contentOf(encode("\ufeff中文"))!.name).toMatch(
      `${encoding.slice(0, 6)} (it begins with the byte-order mark`,
    );
  });
});

describe("isTelling", () => {
  it("waits for a line, for what is known or for enough", () => {
    const telling = ["a line\n", "x".repeat(1024), "\x1f\x8b\x08\0", "BZh91AY&SY", "ab\n\n"];
    const notYet = ["", "hi", "a\n", "BZh91AY", "x".repeat(1023), "\x1f", "+sPW@w\x020\n"]; // the last: UTF-16 up to a line feed, which may be half a unit;
    expect(telling.map((text) => isTelling(bytesOf(text)))).toEqual(telling.map(() => true));
    expect(notYet.map((text) => isTelling(bytesOf(text)))).toEqual(notYet.map(() => false));
  });
});

describe("textFault", () => {
  it.each([
    [bytesOf("BZh91AY&SY"), {}, "must be text, got bzip2; bzip2 -dc makes text of it"],
    [
      bytesOf("BZh91AY&SY"),
      { inside: "gzip" },
      "must be text, got bzip2 in gzip; gzip -dc | bzip2 -dc makes text of it",
    ],
    [bytesOf("\x7fELF"), { reads: "text or gzip" }, "must be text or gzip, got an ELF program"],
    [
      Buffer.from("hi\n", "utf16le"),
      {},
      "must be UTF-8, got UTF-16LE without a byte-order mark; iconv -f UTF-16LE -t UTF-8 makes text of it",
    ],
    [Buffer.from("猫\n"), {}, undefined],
  ] as const)("says what was found and what makes text of it: %o", (head, options, fault) => {
    expect(textFault(head, options)).toBe(fault);
  });
});
