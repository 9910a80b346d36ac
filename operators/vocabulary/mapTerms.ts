import { defer, map, type OperatorFunction, tap } from "rxjs";
import { TermMapper, type TermMapping } from "../../kernels/vocabulary/termMapper.js";
import { currentScope } from "../../runtime/flow.js";
import { integer, type TextFileOption, textFile } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions, show } from "../../schemas/options.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { readTextLines } from "../../storage/files/readTextLines.js";

const MAX_TERMS = 10_000_000;

/** Of the lexicon of replacements. */
export const maxTermsField = integer({
  default: MAX_TERMS,
  min: 1,
  max: 500_000_000,
  description: "Distinct replacements held at once; when they become more, the rarest quarter or so is pruned",
});

export const mapTermsSchema = defineUnit({
  name: "mapTerms",
  kind: "operator",
  reads: "tokens",
  makes: "tokens",
  resumable: true,
  summary: "Replaces terms by what a table says, such as word forms by their lemmas",
  fields: {
    table: textFile({
      example: "lemmas.tsv",
      description: "File of replacements, one a line: term, tab, replacement; an empty replacement drops the term",
    }),
    maxTerms: maxTermsField,
  },
  create: (_, options): OperatorFunction<TokenBatch, TokenBatch> => mapTerms(options),
});

export type MapTermsOptions = OptionsOf<typeof mapTermsSchema>;

/**
 * Replaces terms, each as a whole and once: what stands for a term is not looked up again. Terms that the table lacks stay. In code a
 * function may say what stands for each term; an empty text drops it.
 *
 * In:  TokenBatch, T tokens. Out: TokenBatch, at most T, with ids of their own into a lexicon of replacements; sentences, documents and
 * the places of tokens are kept. Counts `dropped`, the tokens left out.
 * State: `maxTerms` replacements of 36 to 68 bytes and their text, 4 bytes per id given out by the lexicon, and the table.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; in the stream, SyntaxError for a line of
 *   the table that cannot be read or a second replacement of a term, TypeError if the function makes no text
 * @example
 *   tokens$.pipe(mapTerms({ table: "lemmas.tsv" }), buildVocab({ minCount: 5 }))
 */
export function mapTerms(options: MapTermsOptions | TermMapping): OperatorFunction<TokenBatch, TokenBatch> {
  if (typeof options === "function") return mapTokens(() => textsOf(options), MAX_TERMS);
  const { table, maxTerms } = parseOptions(mapTermsSchema, options);
  return mapTokens(() => mappingOf(readTable(table)), maxTerms);
}

/** @param open makes the mapping of a subscription */
export function mapTokens(open: () => TermMapping, maxTerms: number): OperatorFunction<TokenBatch, TokenBatch> {
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const mapper = new TermMapper(open(), maxTerms);
      scope.keep(mapper);
      return source.pipe(
        map((batch) => {
          const mapped = mapper.map(batch);
          scope.lost("dropped", batch.ids.length - mapped.ids.length);
          return mapped;
        }),
        tap({ complete: () => mapper.end() }),
      );
    });
}

function textsOf(mapping: TermMapping): TermMapping {
  return (term) => {
    const made: unknown = mapping(term);
    if (typeof made === "string") return made;
    throw new TypeError(`mapTerms: the function must make a text of ${show(term)}, got ${show(made)}`);
  };
}

function mappingOf(table: ReadonlyMap<string, string>): TermMapping {
  return (term) => table.get(term) ?? term;
}

function readTable(file: TextFileOption): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const { text, where } of readTextLines("mapTerms", "table", file)) {
    if (text.trim() === "") continue;
    const [term = "", replacement, ...rest] = text.split("\t").map((cell) => cell.trim());
    if (term === "" || replacement === undefined || rest.length > 0)
      throw new SyntaxError(`mapTerms: a line must be "term<tab>replacement", got ${show(text)}, in ${where}`);
    const other = table.get(term);
    if (other !== undefined && other !== replacement)
      throw new SyntaxError(
        `mapTerms: ${show(term)} must have one replacement, got ${show(other)} and ${show(replacement)}, in ${where}`,
      );
    table.set(term, replacement);
  }
  return table;
}
