import { loadVectors } from "../../pipelines/index.js";
import { type Command, countNames, jsonOption } from "../command.js";
import { printableLine } from "../printable.js";

/** What is told of a term outside the vocabulary. */
const UNSEEN = " (not in the vocabulary, made of its subwords)";

export const neighbors: Command = {
  name: "neighbors",
  summary: "Show the terms nearest to each given term, by cosine",
  usage: "VECTORS|RUN TERM... [-k N]",
  positionals: [2, Number.POSITIVE_INFINITY],
  termsFrom: 1,
  options: {
    k: { type: "string", short: "k", aliases: countNames, value: "N", description: "How many (default 10)" },
    json: jsonOption,
  },
  examples: [
    "lexstream neighbors runs/quickstart/word2vec.arrow garden 母亲 -k 5",
    "lexstream neighbors runs/quickstart#glove garden",
    "lexstream neighbors v.vec -- -1",
  ],
  run: async (parsed, io) => {
    const [path, ...terms] = parsed.positionals;
    const topN = parsed.integer("k", 1) ?? 10;
    const vectors = await loadVectors(path!);
    const found = terms.map((term) => ({
      term,
      ...(vectors.find(term)?.madeOfSubwords ? { madeOfSubwords: true } : {}),
      neighbors: vectors.mostSimilar(term, { topN }),
    }));
    if (parsed.flag("json")) io.out(`${JSON.stringify(found)}\n`);
    else
      for (const { term, madeOfSubwords, neighbors: near } of found)
        io.out(`${printableLine(term)}${madeOfSubwords ? UNSEEN : ""}\n${near.map(row).join("")}`);
    return 0;
  },
};

export const row = ({ term, score }: { term: string; score: number }): string =>
  `  ${score.toFixed(4)}  ${printableLine(term)}\n`;
