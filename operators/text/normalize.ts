import { concat, defer, map, type OperatorFunction, of } from "rxjs";
import { type NormalizedPiece, Normalizer } from "../../kernels/text/normalizer.js";
import { replacementTable } from "../../kernels/text/replacementTable.js";
import { currentScope } from "../../runtime/flow.js";
import { boolean, oneOf } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import type { StageState } from "../../schemas/state.js";
import type { NormalizationOptions, SourcePosition, TextBatch } from "../../schemas/text.js";
import { defineUnit } from "../../schemas/units.js";
import { carryDocuments } from "../documents/carryDocuments.js";

export const normalizeSchema = defineUnit({
  name: "normalize",
  kind: "operator",
  reads: "text",
  makes: "text",
  resumable: true,
  readsAtOnce: true,
  standard: {},
  summary:
    "Brings text into one Unicode form, and makes alike what differs in case, accents, digits, width or unseen characters",
  paper: "Unicode Standard Annex #15, normalization forms",
  fields: {
    form: oneOf(["none", "NFC", "NFD", "NFKC", "NFKD"], {
      default: "NFC",
      description: "Unicode normalisation form",
    }),
    case: oneOf(["keep", "lower", "fold"], {
      default: "lower",
      description: "Small letters, each code point by itself; or full case folding, where ß becomes ss and ς becomes σ",
    }),
    accents: oneOf(["keep", "remove"], {
      default: "keep",
      description: "Strip the combining marks of Latin, Greek and Cyrillic letters",
    }),
    digits: oneOf(["keep", "zero", "ascii"], {
      default: "keep",
      description: "Turn every decimal digit, of any script, into 0, or into the ASCII digit of its value",
    }),
    width: oneOf(["keep", "half"], {
      default: "half",
      description: "Turn full-width ASCII, full-width spaces and half-width katakana into their usual forms",
    }),
    invisible: oneOf(["keep", "remove"], {
      default: "remove",
      description:
        "Take out soft hyphens, and zero-width spaces and joiners between two letters of Latin, Greek or Cyrillic",
    }),
    radicals: oneOf(["keep", "unify"], {
      default: "unify",
      description: "Turn Kangxi and other CJK radicals, as PDF files have them, into the Han characters they look like",
    }),
    keepOffsets: boolean({
      default: false,
      description: "Pass on where lengths changed, so that tokenize can tell positions in the original document",
    }),
  },
  create: (_, options, { readAtOnce = false }): OperatorFunction<TextBatch, TextBatch> =>
    normalizing(parseOptions(normalizeSchema, options), readAtOnce),
});

export type NormalizeOptions = OptionsOf<typeof normalizeSchema>;

/**
 * Brings text into one Unicode form, at the level of bytes.
 *
 * In:  TextBatch. Out: TextBatch, one for one, with the starts of documents and sentences moved along, and `alignment` on request.
 * The result is what the mapping makes of each whole document, however it was cut into batches. So the last letter of a batch
 * waits for the next one, which may begin with a combining mark; after the last batch, one more may bring what was waiting.
 * State: what waits, at most 4,099 bytes (a stretch of marks is cut at 4,096); a table of 4.5 MB
 * and what it remembers of stretches, at most 10 MB, for all subscriptions and calls with the same options, kept until other options are asked for.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; TypeError in the stream, if text
 * comes that has an alignment already
 * @see Unicode Standard Annex #15, https://unicode.org/reports/tr15/; the mapping itself is `characterMapping` in kernels
 * @example
 *   files({ paths: "corpus.txt" }).pipe(normalize({ form: "NFKC", accents: "remove" }), tokenize())
 */
export function normalize(options?: NormalizeOptions): OperatorFunction<TextBatch, TextBatch> {
  return normalizing(parseOptions(normalizeSchema, options), false);
}

/** With `readAtOnce`, nobody keeps a batch: the next is written into the same memory. */
function normalizing(
  { keepOffsets, ...mapping }: SettingsOf<typeof normalizeSchema>,
  readAtOnce: boolean,
): OperatorFunction<TextBatch, TextBatch> {
  const table = replacementTable(mapping);
  return carryDocuments((source) =>
    defer(() => {
      const normalizer = new Normalizer(table, { keepOffsets, reusesMemory: readAtOnce });
      let position: SourcePosition | undefined;
      let normalizations: readonly NormalizationOptions[] = [mapping];
      currentScope().keep({
        save: () => withPlace(normalizer.save(), position),
        restore(state) {
          normalizer.restore(state);
          position = placeIn(state);
        },
      });
      const normalized = source.pipe(
        map((batch) => {
          if (batch.alignment)
            throw new TypeError("normalize: text must come as it was read, got text with an alignment");
          position = batch.position;
          const piece = normalizer.push(batch.bytes, batch.documentOffsets, batch.sentenceOffsets);
          normalizations = [...(batch.normalizations ?? []), mapping];
          return toBatch(piece, position, normalizations, batch.sentenceOffsets !== undefined);
        }),
      );
      const rest = defer(() =>
        position && normalizer.holdsText ? of(toBatch(normalizer.finish(), position, normalizations, false)) : [],
      );
      return concat(normalized, rest);
    }),
  );
}

function withPlace({ facts, arrays }: StageState, position: SourcePosition | undefined): StageState {
  const { source, offset, documents } = position ?? {};
  const place = source === undefined ? {} : { source, offset: offset!, documents: documents! };
  return { facts: { ...facts, ...place }, arrays };
}

function placeIn({ facts }: StageState): SourcePosition | undefined {
  const { source, offset, documents } = facts as unknown as SourcePosition;
  return source === undefined ? undefined : { source, offset, documents };
}

function toBatch(
  piece: NormalizedPiece,
  position: SourcePosition,
  normalizations: readonly NormalizationOptions[],
  hasSentences: boolean,
): TextBatch {
  const { bytes, documentOffsets, sentenceOffsets, alignment } = piece;
  return {
    bytes,
    documentOffsets,
    ...(hasSentences ? { sentenceOffsets } : {}),
    ...(alignment ? { alignment } : {}),
    normalizations,
    position,
  };
}
