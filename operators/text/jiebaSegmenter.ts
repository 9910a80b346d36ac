import { createRequire } from "node:module";
import type { HanSegmenter } from "../../kernels/text/hanSegmenter.js";

/**
 * jieba's own segmenter with its hidden Markov model, which guesses words that no dictionary has. It is a native module,
 * loaded only here.
 * @throws Error if there is no build of it for this machine
 */
export function jiebaSegmenter(dictionary: Uint8Array, added: ReadonlyMap<string, number> = new Map()): HanSegmenter {
  const jieba = loadJieba().withDict(dictionary);
  if (added.size > 0) {
    const lines = Array.from(added, ([word, frequency]) => `${word} ${frequency}\n`);
    jieba.loadDict(Buffer.from(lines.join("")));
  }
  return {
    segment(bytes, start, end, cuts) {
      let at = start;
      let count = 0;
      for (const word of jieba.cut(bytes.subarray(start, end), true)) {
        at += Buffer.byteLength(word);
        cuts[count++] = at;
      }
      return count;
    },
  };
}

function loadJieba(): typeof import("@node-rs/jieba").Jieba {
  try {
    return (createRequire(import.meta.url)("@node-rs/jieba") as typeof import("@node-rs/jieba")).Jieba;
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    throw new Error(
      `chineseDictionary: newWords needs the native part of @node-rs/jieba, which is missing on ${process.platform} ${process.arch}: ${reason}`,
    );
  }
}
