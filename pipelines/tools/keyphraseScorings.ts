import { scoreKeyphrases } from "../../kernels/evaluation/keyphrases.js";
import { hanShare } from "../../kernels/text/hanShare.js";
import { termRule } from "../../operators/documents/documentWords.js";
import { stemOf } from "../../operators/vocabulary/stem.js";
import {
  type KeywordBatch,
  type Measure,
  type OfTexts,
  type Scorings,
  type SearchIndex,
  show,
} from "../../schemas/index.js";
import { weightsIn } from "./indexWeights.js";
import { type Known, textStepsOf, tokensOfTexts } from "./textSteps.js";

const WHO = "keyphrases";
const K = 10;
const [F1, PRECISION, RECALL] = [`F1@${K}`, `precision@${K}`, `recall@${K}`] as const;

const measures: Readonly<Record<string, Measure>> = {
  [F1]: { about: `Harmonic mean of precision and recall of the first ${K} phrases of a text`, better: "higher" },
  [PRECISION]: { about: `Share of the first ${K} phrases of a text that people gave it`, better: "higher" },
  [RECALL]: { about: `Share of the phrases that people gave a text among its first ${K}`, better: "higher" },
};

/** A text with the phrases that people gave it. */
export interface JudgedText {
  readonly text: string;
  readonly given: readonly string[];
}

/** How many of the phrases that people gave to texts a stage finds. */
export const keyphrasesOfStage: Scorings<KeywordBatch> = {
  [WHO]: {
    on: "stage",
    measures,
    open: (text, path) => {
      const judged = judgedTexts(text, path);
      return scorerOf(judged, async (keywordsOf: OfTexts<KeywordBatch>) => {
        const found: string[][] = judged.map(() => []);
        for (const { document, phrase } of await keywordsOf(judged.map((each) => each.text)))
          document.forEach((number, row) => void found[number]!.push(phrase[row]!));
        return found;
      });
    },
  },
};

/** The same of the terms of a text that weigh most in an index, stop words left out: a baseline, for most phrases have several words. BM25 has no weights. */
export function keyphrasesOfIndex(known: Known): Scorings<SearchIndex> {
  return {
    [WHO]: {
      on: "file",
      measures,
      open: (text, path) => {
        const judged = judgedTexts(text, path);
        return scorerOf(judged, (index: SearchIndex) => heaviestTerms(index, judged, known));
      },
    },
  };
}

/** @param find the phrases of each text by a value, the best first; nothing where it can find none */
function scorerOf<Value>(
  judged: readonly JudgedText[],
  find: (value: Value) => Promise<readonly (readonly string[])[] | undefined>,
) {
  const score = async (value: Value) => {
    const found = await find(value);
    if (!found) return { [F1]: Number.NaN, [PRECISION]: Number.NaN, [RECALL]: Number.NaN };
    const phrases = judged.map(({ given }, k) => ({ given: given.map(spelled), found: found[k]!.map(spelled) }));
    const { f1, precision, recall } = scoreKeyphrases(phrases, K);
    return { [F1]: f1, [PRECISION]: precision, [RECALL]: recall };
  };
  return { items: judged.length, unit: "texts", score };
}

async function heaviestTerms(index: SearchIndex, judged: readonly JudgedText[], known: Known) {
  const weigh = weightsIn(index);
  if (!weigh) return undefined;
  const texts = judged.map(({ text }) => text);
  const language = isChinese(texts.join("\n")) ? "chinese" : "english";
  const termOf = termRule(WHO, { language, maxTerms: 1 });
  const places = new Map(index.terms.map((term, place) => [term, place]));
  const tokens = await tokensOfTexts(texts, await textStepsOf(WHO, index, known));
  return tokens.map((words) => {
    const weights = weigh(words);
    const weightOf = (word: string) => weights?.[places.get(word) ?? -1] ?? 0;
    const candidates = [...new Set(words)].filter((word) => weightOf(word) > 0 && termOf(word) !== "");
    return candidates.sort((a, b) => weightOf(b) - weightOf(a)); // of equal ones that first which stands first
  });
}

/**
 * The texts of a file.
 * @throws SyntaxError for a line of another form; RangeError if there are none
 */
export function judgedTexts(text: string, path: string): JudgedText[] {
  const lines = text.split(/\r?\n/).map((line, k) => ({ line, where: `line ${k + 1} of ${path}` }));
  const judged = lines.filter(({ line }) => line.trim() !== "").map(({ line, where }) => judgedText(line, where));
  if (judged.length > 0) return judged;
  throw new RangeError(`${WHO}: ${path} must have a text with phrases, got none`);
}

function judgedText(line: string, where: string): JudgedText {
  const [, phrases, text, ...more] = line.split("\t");
  const given = (phrases ?? "").split(";").flatMap((phrase) => phrase.trim() || []);
  if (given.length > 0 && text?.trim() && more.length === 0) return { given, text };
  throw new SyntaxError(
    `${WHO}: a line must be an id, phrases with semicolons between, and a text, with tabs between, got ${show(line.slice(0, 60))} in ${where}`,
  );
}

const SOME_HAN = 0.05;
const isChinese = (text: string) => hanShare(new TextEncoder().encode(text)) > SOME_HAN;

/** How a phrase is compared: in small letters; Chinese without blanks, other words by their stems. */
export function spelled(phrase: string): string {
  const small = phrase.toLowerCase();
  if (/\p{Script=Han}/u.test(small)) return small.replaceAll(/\s/gu, "");
  return (small.match(/[\p{L}\p{N}'’]+/gu) ?? []).map(stemOf).join(" ");
}
