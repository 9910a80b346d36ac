import { drawBelow, drawUniform, randomStream } from "#kernels";
import type { Topics } from "#schemas";
import { chinese, english } from "./topics.js";

export const plantedWords = english.map((words, topic) => [...words, ...chinese[topic]!]);

/** Documents of twenty words, English and Chinese, nine tenths of which are of one of three topics; each seventh is empty. */
export function plantedTexts(documents: number, seed = 7): string[] {
  const stream = randomStream(seed, "planted");
  return Array.from({ length: documents }, (_, d) => {
    if (d % 7 === 6) return "";
    const words = Array.from({ length: 20 }, (_, i) => {
      const at = 100 * d + 3 * i;
      const topic = drawUniform(stream, at) < 0.9 ? d % 3 : drawBelow(stream, at + 1, 3);
      return plantedWords[topic]![drawBelow(stream, at + 2, 10)]!;
    });
    return words.join(" ");
  });
}

/** For each topic its ten strongest terms, sorted; the topics sorted, too. */
export function strongestTerms({ vocabulary, weights, alpha }: Topics): string[] {
  return Array.from(alpha, (_, k) => {
    const weight = (term: string) => weights[vocabulary.idOf(term)! * alpha.length + k]!;
    const sorted = [...vocabulary.terms].sort((a, b) => weight(b) - weight(a));
    return sorted.slice(0, 10).sort().join(" ");
  }).sort();
}

export const plantedStrongest = plantedWords.map((words) => [...words].sort().join(" ")).sort();
