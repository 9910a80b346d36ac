import { type Observable, take } from "rxjs";
import { hanShare } from "../../kernels/text/hanShare.js";
import { run } from "../../runtime/run.js";
import type { AnyUnit, TextBatch } from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";

/** From this share of Han characters on a text is cut by a dictionary, which cuts all else into words as before. */
const LEAST_SHARE = 0.05;

/** Which of the two a text is in, by the first batch of its source. Memory: that batch. */
export async function guessLanguage(
  source: AnyUnit,
  options: Readonly<Record<string, unknown>>,
): Promise<"chinese" | "english"> {
  const text = makeUnit(source, {}, options, { epoch: 0 }) as Observable<TextBatch>;
  const first = await run(text.pipe(take(1)));
  return first && hanShare(first.bytes) >= LEAST_SHARE ? "chinese" : "english";
}
