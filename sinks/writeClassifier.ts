import { extname } from "node:path";
import type { OperatorFunction } from "rxjs";
import { classifier } from "../kinds/classifier.js";
import { type AnyClassifier, requireLinear } from "../schemas/classifier.js";
import { oneOf, text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { losesTextSteps, STEPS_LOST } from "../storage/fasttext/fastTextLosses.js";
import { writeFastTextClassifier } from "../storage/fasttext/writeFastText.js";
import { writeOnce } from "./writeOnce.js";
import { writeWhole } from "./writeWhole.js";

const FASTTEXT = "fastText";

export const writeClassifierSchema = defineUnit({
  name: "writeClassifier",
  kind: "sink",
  reads: "classifier",
  makes: "classifier",
  standard: { path: "classifier.arrow" },
  summary: "Writes a classifier of texts to a file",
  fields: {
    path: text({ description: "File to write", file: "output", example: "classifier.arrow" }),
    format: oneOf(["auto", "table", FASTTEXT], {
      default: "auto",
      description:
        "Format of the file; auto goes by the name: .arrow, .parquet (table), .bin, .ftz, .fasttext (a model of fastText)",
    }),
  },
  create: (_, options): OperatorFunction<AnyClassifier, AnyClassifier> => writeClassifier(options),
});

export type WriteClassifierOptions = OptionsOf<typeof writeClassifierSchema>;

/** Whether the options ask for a model of fastText's. */
export function isFastTextFormat(options: WriteClassifierOptions): boolean {
  const { path, format } = parseOptions(writeClassifierSchema, options);
  return format === FASTTEXT || (format === "auto" && [".bin", ".ftz", ".fasttext"].includes(extname(path)));
}

/**
 * Writes a classifier, and passes it on once it is on the disk under its name. State: one block of rows.
 * A model of fastText's reads n-grams of words across the end of a text. It does not hold the steps that make
 * tokens of texts: where they are more than a cut at white space, `stepsLost` is counted on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told, and through the stream, for a quantised classifier as a table, or one over a language model as a model of fastText's
 * @example
 *   classifier$.pipe(writeClassifier({ path: "classifier.arrow" }))
 */
export function writeClassifier(options: WriteClassifierOptions): OperatorFunction<AnyClassifier, AnyClassifier> {
  const { path } = parseOptions(writeClassifierSchema, options);
  if (!isFastTextFormat(options)) return writeWhole("writeClassifier", classifier, path);
  return writeOnce("writeClassifier", path, async (value, signal, scope) => {
    const linear = requireLinear("writeClassifier", value);
    if (losesTextSteps(linear)) scope.ledger.child(path).add(STEPS_LOST, 1);
    return { rows: await writeFastTextClassifier(path, linear, signal) };
  });
}
