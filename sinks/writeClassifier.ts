import type { OperatorFunction } from "rxjs";
import { classifier } from "../kinds/classifier.js";
import type { Classifier } from "../schemas/classifier.js";
import { text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { writeWhole } from "./writeWhole.js";

export const writeClassifierSchema = defineUnit({
  name: "writeClassifier",
  kind: "sink",
  reads: "classifier",
  makes: "classifier",
  standard: { path: "classifier.arrow" },
  summary: "Writes a classifier of texts to a file",
  fields: {
    path: text({ description: "File to write: .arrow, .parquet", file: "output", example: "classifier.arrow" }),
  },
  create: (_, options): OperatorFunction<Classifier, Classifier> => writeClassifier(options),
});

export type WriteClassifierOptions = OptionsOf<typeof writeClassifierSchema>;

/**
 * Writes a classifier, and passes it on once it is on the disk under its name. State: one block of rows.
 * @throws TypeError at the call, if the format cannot be told, and through the stream, for a quantised classifier
 * @example
 *   classifier$.pipe(writeClassifier({ path: "classifier.arrow" }))
 */
export function writeClassifier(options: WriteClassifierOptions): OperatorFunction<Classifier, Classifier> {
  const { path } = parseOptions(writeClassifierSchema, options);
  return writeWhole("writeClassifier", classifier, path);
}
