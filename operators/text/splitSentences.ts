import { defer, map, type OperatorFunction } from "rxjs";
import { SentenceScanner } from "../../kernels/text/sentenceScanner.js";
import { currentScope } from "../../runtime/flow.js";
import { boolean } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { TextBatch } from "../../schemas/text.js";
import { defineUnit } from "../../schemas/units.js";

export const splitSentencesSchema = defineUnit({
  name: "splitSentences",
  kind: "operator",
  reads: "text",
  makes: "text",
  resumable: true,
  summary: "Marks where sentences begin, in English, Chinese and whatever else uses their punctuation or capitals",
  before: { normalize: { how: "which makes the capitals small that begin a sentence", unless: { case: "keep" } } },
  fields: {
    newline: boolean({ default: true, description: "A line end ends a sentence" }),
  },
  create: (_, options): OperatorFunction<TextBatch, TextBatch> => splitSentences(options),
});

export type SplitSentencesOptions = OptionsOf<typeof splitSentencesSchema>;

/**
 * Marks where sentences begin. To be used before `normalize`, as capital letters tell.
 *
 * In:  TextBatch. Out: the same bytes with `sentenceOffsets`, batch by batch; every document start is one of them.
 * State: 16 bytes, as a sentence is known by the character it begins with and nothing needs to be waited for.
 * @throws TypeError at the call, if an option is of the wrong kind
 * @see docs/operators/splitSentences.md for the rules
 * @example
 *   files({ paths: "corpus.txt" }).pipe(splitSentences({ newline: false }), normalize(), tokenize())
 */
export function splitSentences(options?: SplitSentencesOptions): OperatorFunction<TextBatch, TextBatch> {
  const settings = parseOptions(splitSentencesSchema, options);
  return (source) =>
    defer(() => {
      const scanner = new SentenceScanner(settings);
      currentScope().keep(scanner);
      return source.pipe(map((batch) => ({ ...batch, sentenceOffsets: sentenceStarts(scanner, batch) })));
    });
}

function sentenceStarts(scanner: SentenceScanner, { bytes, documentOffsets }: TextBatch): Uint32Array {
  const starts: number[] = [];
  let at = 0;
  for (const start of documentOffsets) {
    scanner.scan(bytes, at, start, starts);
    scanner.startDocument();
    starts.push(start);
    at = start;
  }
  scanner.scan(bytes, at, bytes.length, starts);
  return Uint32Array.from(starts);
}
