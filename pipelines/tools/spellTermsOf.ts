import { spellTerms } from "../../kernels/text/spellTerms.js";
import {
  isSubwordVocabulary,
  type LanguageModel,
  type SubwordVocabulary,
  type Vocabulary,
} from "../../schemas/index.js";

interface TermsOfModel {
  readonly model: Pick<LanguageModel, "sentenceEnd">;
  readonly vocabulary: Vocabulary;
}

/** A text with the terms behind it that a model has made; a line ends where a sentence does. */
export function goneOn({ model, vocabulary }: TermsOfModel, text: string, terms: readonly string[]): string {
  if (!isSubwordVocabulary(vocabulary)) return spellTerms(text === "" ? terms : [text, ...terms], model.sentenceEnd);
  const [first = [], ...others] = sentencesOf(vocabulary, terms, model.sentenceEnd);
  const lines = others.map((ids) => spellPieces(vocabulary, ids).trimStart());
  return [continued(vocabulary, text, first), ...lines].join("\n");
}

/** A term as people read it: pieces of bytes as the characters that they are, if they are whole ones, and their spaces as ␣. */
export function shownTerm({ vocabulary }: Pick<TermsOfModel, "vocabulary">, term: string): string {
  if (!isSubwordVocabulary(vocabulary) || vocabulary.marksSpaces === "never") return term;
  const text = vocabulary.decode([vocabulary.idOf(term)!], { specials: true });
  return text.includes("\ufffd") ? term : text.replaceAll(" ", "␣");
}

function sentencesOf({ idOf }: Vocabulary, terms: readonly string[], end: string | undefined): number[][] {
  const sentences: number[][] = [[]];
  for (const term of terms) {
    if (term === end) sentences.push([]);
    else sentences.at(-1)!.push(idOf(term)!);
  }
  return sentences;
}

/** Whether a space stands between the text and the first piece shows where the pieces of both are spelled together. */
function continued(vocabulary: SubwordVocabulary, text: string, ids: readonly number[]): string {
  const before = [...vocabulary.encode(text, { specials: false })];
  const [head, all] = [before, [...before, ...ids]].map((some) => spellPieces(vocabulary, some)) as [string, string];
  return text + (all.startsWith(head) ? all.slice(head.length) : spellPieces(vocabulary, ids));
}

/** Where pieces do not say which spaces stood between them, they stand as the script has them. */
function spellPieces(vocabulary: SubwordVocabulary, ids: readonly number[]): string {
  const text = vocabulary.decode(ids);
  return vocabulary.marksSpaces === "never" ? spellTerms(text.split(" ")) : text;
}
