import { hasControls, wideEncoding } from "./wideText.js";

/** What bytes are that are no text in UTF-8. */
export interface Content {
  /** As messages have it. */
  readonly name: string;
  /** A command that makes text of a file of it. */
  readonly command?: string;
  /** Set where the name is that of a packing that is read. */
  readonly packing?: Packing;
  /** Set where the bytes are text after all, in another encoding. */
  readonly isText?: true;
  /** Where the vectors of a model are that cannot be read. */
  readonly vectors?: string;
}

/** What is unpacked while it is read. */
export type Packing = "gzip" | "zstd";

export const parquet: Content = { name: "a Parquet file" };

/** So many of the first bytes tell all that can be told. */
const ENOUGH = 1024;
/** A shorter beginning is none: a byte-order mark takes as many. */
const LEAST = 4;
const LINE_FEED = 0x0a;

const bytes = (count: number) => `[0-9a-f]{${2 * count}}`;
const ascii = (text: string) => hexOf(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
const anyOf = (...texts: readonly string[]) => `(${texts.map(ascii).join("|")})`;
const control = "(0[0-8]|1[0-9a-f])";
const zipped = `504b0304${bytes(26)}`;

const inUnicode = (name: string, mark: string, encoding: string): Content => ({
  name: `${name} (it begins with the byte-order mark ${mark})`,
  command: `iconv -f ${encoding} -t UTF-8`,
  isText: true,
});

/**
 * What the first bytes, in hexadecimal digits, say. The first row that matches counts. Words that a text may begin with are followed by
 * as much as it takes to tell the two apart.
 */
const table: readonly (readonly [begins: string, content: Content])[] = [
  ["fffe0000", inUnicode("UTF-32", "fffe0000", "UTF-32")],
  ["0000feff", inUnicode("UTF-32", "0000feff", "UTF-32")],
  ["fffe", inUnicode("UTF-16", "fffe", "UTF-16")],
  ["feff", inUnicode("UTF-16", "feff", "UTF-16")],
  ["84319533", inUnicode("GB18030", "84319533", "GB18030")],

  ["1f8b", { name: "gzip", command: "gzip -dc", packing: "gzip" }],
  ["(28b52ffd|5[0-9a-f]2a4d18)", { name: "Zstandard", command: "zstd -dc", packing: "zstd" }],
  ["425a683[1-9](314159265359|177245385090)", { name: "bzip2", command: "bzip2 -dc" }],
  ["fd377a585a00", { name: "xz", command: "xz -dc" }],
  [`5d0000${bytes(2)}(f{16}|${bytes(5)}000000)`, { name: "LZMA", command: "xz -dc" }],
  ["(04224d18|02214c18)", { name: "lz4", command: "lz4 -dc" }],
  ["4c5a495001", { name: "lzip", command: "lzip -dc" }],
  ["894c5a4f", { name: "lzop", command: "lzop -dc" }],
  ["1f(9d|a0)", { name: "compress (.Z)", command: "gzip -dc" }],
  [`ff060000${ascii("sNaPpY")}`, { name: "Snappy" }],
  [`${bytes(257)}${ascii("ustar")}`, { name: "a tar archive", command: "tar -xOf -" }],

  [`${zipped}${ascii("mimetypeapplication/epub")}`, { name: "an EPUB book", command: "pandoc -t plain" }],
  [`${zipped}${ascii("mimetypeapplication/vnd.")}`, { name: "an OpenDocument file", command: "pandoc -t plain" }],
  [
    `${zipped}${anyOf("[Content_Types].xml", "_rels/", "docProps/", "word/", "xl/", "ppt/")}`,
    { name: "an Office file", command: "pandoc -t plain" },
  ],
  ["504b(0304|0506|0708)", { name: "zip", command: "unzip -p" }],
  ["377abcaf271c", { name: "7z", command: "7z x -so" }],
  ["526172211a07", { name: "RAR", command: "unrar p -inul" }],

  ["255044462d3[0-9]2e3[0-9](20)*0[ad]", { name: "a PDF file", command: "pdftotext" }],
  ["d0cf11e0a1b11ae1", { name: "an old Office file (OLE)", command: "soffice --convert-to txt:Text" }],
  [ascii("{\\rtf1"), { name: "RTF", command: "pandoc -t plain" }],
  [ascii("%!PS-Adobe-"), { name: "PostScript", command: "ps2ascii" }],
  [ascii("AT&TFORM"), { name: "a DjVu file", command: "djvutxt" }],
  [`${bytes(60)}${ascii("BOOKMOBI")}`, { name: "a MOBI book" }],

  [`${anyOf("PAR1", "PARE")}${control}`, parquet],
  [`${ascii("ARROW1")}0000`, { name: "an Arrow file" }],
  [`f{8}${bytes(2)}0000`, { name: "an Arrow stream" }],
  [`${ascii("SQLite format 3")}00`, { name: "an SQLite database" }],
  [`${ascii("Obj")}01`, { name: "an Avro file" }],
  ["894844460d0a1a0a", { name: "an HDF5 file" }],
  ["80(0[2-5])", { name: "a Python pickle", vectors: "gensim's save_word2vec_format writes vectors that are read" }],
  [`93${ascii("NUMPY")}`, { name: "a NumPy array", vectors: "a text of lines with a term and its numbers is read" }],
  ["ba162f4f", { name: "a fastText model", vectors: "the .vec file that fastText writes beside it is read" }],
  [`${ascii("GGUF")}0[1-9]000000`, { name: "a GGUF model" }],

  ["89504e47", { name: "a PNG image" }],
  ["ffd8ff", { name: "a JPEG image" }],
  [`${anyOf("GIF87a", "GIF89a")}${bytes(6)}00`, { name: "a GIF image" }],
  ["(49492a00|4d4d002a)", { name: "a TIFF image" }],
  [`424d${bytes(4)}00000000`, { name: "a BMP image" }],
  [`${ascii("RIFF")}${bytes(4)}${anyOf("WEBP", "WAVE", "AVI ")}`, { name: "a RIFF file (WebP, WAV or AVI)" }],
  [`${ascii("ID3")}0[2-4]`, { name: "MP3 audio" }],
  [`(${ascii("OggS")}00|${ascii("fLaC")}00)`, { name: "Ogg or FLAC audio" }],
  [`000000${bytes(1)}${ascii("ftyp")}`, { name: "an MP4 file" }],
  ["1a45dfa3", { name: "a Matroska file" }],
  ["7f454c46", { name: "an ELF program" }],
  [`4d5a${bytes(1)}00`, { name: "a Windows program" }],
  ["(cffaedfe|cefaedfe|cafebabe)", { name: "a Mach-O program or a Java class" }],
  ["0061736d", { name: "WebAssembly" }],
];

const rows = table.map(([begins, content]) => [new RegExp(`^${begins}`), content] as const);
const LONGEST = 262; // bytes to the end of what tells a tar archive

/** What the first bytes of a file or a message say that it is; undefined for UTF-8, and for what is not known. */
export function contentOf(head: Uint8Array): Content | undefined {
  const known = knownContent(head);
  if (known) return known;
  const encoding = wideEncoding(head.subarray(0, ENOUGH));
  if (!encoding) return undefined;
  return { name: `${encoding} without a byte-order mark`, command: `iconv -f ${encoding} -t UTF-8`, isText: true };
}

function knownContent(head: Uint8Array): Content | undefined {
  const hex = hexOf(head.subarray(0, LONGEST));
  return rows.find(([begins]) => begins.test(hex))?.[1];
}

/**
 * Whether more bytes would tell no more: of an encoding without a mark they always do. What comes slowly must not be waited for once a
 * line of it is there.
 */
export function isTelling(head: Uint8Array): boolean {
  if (head.length >= ENOUGH) return true;
  const isLine = head.includes(LINE_FEED) && !hasControls(head);
  return head.length >= LEAST && (isLine || knownContent(head) !== undefined);
}

export interface TextReader {
  /** What can be read. */
  readonly reads?: string;
  /** What the bytes were packed in. */
  readonly inside?: Packing | undefined;
  /** Vectors are read, so that it is better to have those of a model than text. */
  readonly wantsVectors?: boolean;
}

/** What is wrong with the first bytes of what is to be text; undefined if nothing is. */
export function textFault(
  head: Uint8Array,
  { reads = "text", inside, wantsVectors = false }: TextReader = {},
): string | undefined {
  const content = contentOf(head);
  if (!content) return undefined;
  const outer = inside && packings[inside];
  const found = outer ? `${content.name} in ${outer.name}` : content.name;
  const commands = [...(outer ? [outer.command] : []), content.command].join(" | ");
  const asText = content.command && `${commands} makes text of it`;
  const wayOut = (wantsVectors && content.vectors) || asText;
  return `must be ${content.isText ? "UTF-8" : reads}, got ${found}${wayOut ? `; ${wayOut}` : ""}`;
}

const packings: Readonly<Record<Packing, Content>> = {
  gzip: contentOf(Uint8Array.of(0x1f, 0x8b))!,
  zstd: contentOf(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd))!,
};

function hexOf(head: Uint8Array): string {
  let hex = "";
  for (const byte of head) hex += byte.toString(16).padStart(2, "0");
  return hex;
}
