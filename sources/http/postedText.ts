import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { textFault } from "../../kernels/text/content.js";
import { guessFormat } from "../documents/fileFormats.js";
import type { StreamFormat } from "../documents/streamFormats.js";
import { formParts, parameterOf } from "./multipart.js";

/** What was posted, taken apart, or why it cannot be. */
export interface PostedText {
  readonly format: StreamFormat;
  readonly bytes: Uint8Array;
}

/** An answer that is not the one the client hoped for. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface PostedHeaders {
  readonly "content-type"?: string | undefined;
  readonly "content-encoding"?: string | undefined;
}

const FORM = "multipart/form-data";
const FORMATS: Readonly<Record<string, StreamFormat | "plain">> = {
  "text/plain": "plain",
  "application/x-ndjson": "jsonl",
  "application/ndjson": "jsonl",
  "application/jsonl": "jsonl",
  "application/x-jsonlines": "jsonl",
  "application/json": "json",
  "text/csv": "csv",
  "text/tab-separated-values": "tsv",
};

/** @throws Refusal for a type that is not known */
export function checkContentType(header: string | undefined): void {
  const type = typeOf(header);
  if (type !== FORM && !(type in FORMATS))
    throw new Refusal(
      415,
      `Content-Type must be one of ${[...Object.keys(FORMATS), FORM].join(", ")}, got ${type || "none"}`,
    );
  const charset = parameterOf(header ?? "", "charset") ?? "utf-8";
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) throw new Refusal(415, `the charset must be utf-8, got ${charset}`);
}

/** The texts of a body, those of a form one by one. @throws Refusal */
export async function postedTexts(
  headers: PostedHeaders,
  body: Buffer,
  plain: StreamFormat,
  maxLength: number,
): Promise<PostedText[]> {
  const bytes = await unpacked(body, headers["content-encoding"], maxLength);
  const contentType = headers["content-type"] ?? "";
  const type = typeOf(contentType);
  if (type !== FORM) return [{ format: formatOf(type, plain), bytes: checkText(bytes) }];
  try {
    return formParts(bytes, parameterOf(contentType, "boundary")).map(({ contentType, fileName, bytes }) => {
      const partType = typeOf(contentType);
      const named = fileName === undefined ? plain : (guessFormat(fileName, false) as StreamFormat);
      return {
        format: partType in FORMATS && fileName === undefined ? formatOf(partType, plain) : named,
        bytes: checkText(bytes),
      };
    });
  } catch (error) {
    throw error instanceof SyntaxError ? new Refusal(400, error.message) : error;
  }
}

function typeOf(header = ""): string {
  return header.split(";")[0]!.trim().toLowerCase();
}

function formatOf(type: string, plain: StreamFormat): StreamFormat {
  const format = FORMATS[type] ?? "plain";
  return format === "plain" ? plain : format;
}

async function unpacked(body: Buffer, encoding = "identity", maxOutputLength: number): Promise<Buffer> {
  const coding = encoding.trim().toLowerCase();
  if (coding === "identity" || coding === "") return body;
  if (coding !== "gzip" && coding !== "x-gzip")
    throw new Refusal(415, `Content-Encoding must be gzip or none, got ${encoding}`);
  try {
    return await promisify(gunzip)(body, { maxOutputLength });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE")
      throw new Refusal(413, `a body must be at most ${maxOutputLength} bytes, got more`);
    throw new Refusal(400, `the body must be whole gzip, got ${message}`);
  }
}

/** Documents that are packed without saying so would be unpacked without a limit. */
function checkText(bytes: Uint8Array): Uint8Array {
  const fault = textFault(bytes, { reads: "text, or gzip with Content-Encoding: gzip" });
  if (fault) throw new Refusal(415, `a post ${fault}`);
  return bytes;
}
