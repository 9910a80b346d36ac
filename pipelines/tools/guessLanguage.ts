import { type Observable, take } from "rxjs";
import { hanShare } from "../../kernels/text/hanShare.js";
import { Ledger } from "../../runtime/ledger.js";
import { run } from "../../runtime/run.js";
import type { AnyUnit, TextBatch } from "../../schemas/index.js";
import { listFiles } from "../../sources/documents/listFiles.js";
import { makeUnit } from "../config/makeUnit.js";

/** From this share of Han characters on a text is cut by a dictionary, which cuts all else into words as before. */
const LEAST_SHARE = 0.05;
/** So many files are looked at, from the first to the last. */
const MOST_FILES = 16;
/** With more bytes than this share that are no UTF-8, a text is in another encoding, or none. */
const MOST_INVALID = 0.01;

/**
 * Which of the two some files are in, by the first batch of each: Chinese, if one of them is. Memory: one batch.
 * @throws RangeError if a file is no UTF-8, unless it is said what becomes of such bytes; the errors of the source
 */
export async function guessLanguage(
  source: AnyUnit,
  option: string,
  options: Readonly<Record<string, unknown>>,
): Promise<"chinese" | "english"> {
  const files = await listFiles(options[option] as readonly string[], source.name);
  const step = Math.max(1, files.length / MOST_FILES);
  for (let k = 0; k < files.length; k += step) {
    const { path } = files[Math.floor(k)]!;
    const ledger = new Ledger();
    const text = makeUnit(source, {}, { ...options, [option]: [path] }, { epoch: 0 }) as Observable<TextBatch>;
    const first = await run(text.pipe(take(1)), { ledger });
    const [invalid, bytes] = [ledger.get("invalidBytes"), ledger.get("bytes")];
    if (options.onInvalid === undefined && invalid > MOST_INVALID * bytes)
      throw new RangeError(
        `${source.name}: ${path} must be UTF-8, got ${invalid} bytes that are not among its first ${bytes}; iconv -t UTF-8 makes it so, and onInvalid: replace reads it as it is`,
      );
    if (first && languageOf(first) === "chinese") return "chinese";
  }
  return "english";
}

/** Which of the two a stretch of text is in. */
export function languageOf({ bytes }: Pick<TextBatch, "bytes">): "chinese" | "english" {
  return hanShare(bytes) >= LEAST_SHARE ? "chinese" : "english";
}
