import { extname } from "node:path";
import { of } from "rxjs";
import { run } from "../../runtime/run.js";
import { type Classifier, requireLinear } from "../../schemas/index.js";
import { isFastTextFormat, type WriteClassifierOptions, writeClassifier } from "../../sinks/writeClassifier.js";
import { isFastTextClassifier } from "../../storage/fasttext/fastTextFile.js";
import { fastTextLosses } from "../../storage/fasttext/fastTextLosses.js";
import { outputPlace } from "../../storage/files/outputPlace.js";
import { kindHeld } from "../../storage/tables/tableFile.js";
import { loadClassifier } from "./namedSteps.js";
import { writeQuantized } from "./quantizeFile.js";

export interface ConvertClassifierOptions {
  readonly format?: string | undefined;
  readonly signal: AbortSignal;
  /** Sees what the file cannot hold, a line each. */
  readonly onNote: (line: string) => void;
}

/** Whether a file holds a classifier, by its content. */
export const holdsClassifier = async (file: string): Promise<boolean> =>
  isFastTextClassifier(file) || (await kindHeld(file)) === "classifier";

/**
 * Reads the classifier of a file or a run and writes it in another format; named `.ftz` also quantised. Where the path to write is a link, what
 * it leads to is written. State: the classifier; quantised its rows once more.
 * @throws before anything is read, if nothing can be written there, or its format cannot be told
 */
export async function convertClassifier(
  from: string,
  to: string,
  { format, signal, onNote }: ConvertClassifierOptions,
): Promise<Classifier> {
  const chosen = { path: to, ...(format === undefined ? {} : { format }) } as WriteClassifierOptions;
  const isFastText = isFastTextFormat(chosen);
  const path = outputPlace("convert", to);
  const writing = writeClassifier({ path, format: isFastText ? "fastText" : "table" });
  const classifier = requireLinear("convert", await loadClassifier(from));
  if (isFastText && extname(to) === ".ftz" && "values" in classifier.input) {
    await writeQuantized(classifier, { out: path, signal, onNote });
    return classifier;
  }
  await run(of(classifier).pipe(writing), { signal });
  if (isFastText) for (const loss of fastTextLosses(path, classifier)) onNote(loss);
  return classifier;
}
