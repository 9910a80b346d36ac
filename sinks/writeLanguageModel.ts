import type { OperatorFunction } from "rxjs";
import { text } from "../schemas/fields.js";
import type { LanguageModel } from "../schemas/languageModel.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { filesBesideTensors, writeLanguageModelFiles } from "../storage/models/languageModelFiles.js";
import { writeOnce } from "./writeOnce.js";

export const writeLanguageModelSchema = defineUnit({
  name: "writeLanguageModel",
  kind: "sink",
  reads: "languageModel",
  makes: "languageModel",
  standard: { path: "model/model.safetensors" },
  summary: "Writes a language model as tensors, a configuration and a tokenizer",
  paper: "Formats of the safetensors and tokenizers libraries",
  fields: {
    path: text({
      description: "File of tensors; config.json and tokenizer.json are written beside it",
      file: "output",
      example: "model/model.safetensors",
    }),
  },
  besides: ({ path }): readonly string[] => filesBesideTensors(path),
  create: (_, options): OperatorFunction<LanguageModel, LanguageModel> => writeLanguageModel(options),
});

export type WriteLanguageModelOptions = OptionsOf<typeof writeLanguageModelSchema>;

/**
 * Writes a language model, and passes it on once its files are on the disk under their names. State: the texts of two of them. Counts as
 * `rows` on the ledger's child of the path the tensors.
 * @example
 *   model$.pipe(writeLanguageModel({ path: "model/model.safetensors" }))
 */
export function writeLanguageModel(options: WriteLanguageModelOptions): OperatorFunction<LanguageModel, LanguageModel> {
  const { path } = parseOptions(writeLanguageModelSchema, options);
  return writeOnce("writeLanguageModel", path, async (model) => {
    await writeLanguageModelFiles(path, model);
    return { rows: model.tensors.length, taken: model.terms.length };
  });
}
