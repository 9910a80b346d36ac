import {
  type AttendedWord,
  attendedWords,
  attentionOf,
  builtIn,
  loadLanguageModel,
  MOST_WHOLE,
  openAttention,
  wholeAttention,
} from "../../pipelines/index.js";
import { type Command, countNames, jsonOption, UsageError } from "../command.js";
import { textTable } from "../textTable.js";

export const attention: Command = {
  name: "attention",
  usage: "MODEL|RUN TEXT [--layer N] [--head N]",
  positionals: [2, 2],
  options: {
    layer: { type: "string", value: "N", description: "Which layer, from 1 (default: the last)" },
    head: { type: "string", value: "N", description: "Which head, from 1 (default: the mean of all)" },
    k: { type: "string", short: "k", aliases: countNames, value: "N", description: "How many words (default 3)" },
    json: {
      ...jsonOption,
      description: `Print the whole matrix of each head as JSON, of a text of ${MOST_WHOLE} terms at most`,
    },
  },
  examples: ['lexstream attention runs/bert "the cat sat on the mat" --layer 1 --head 2'],
  run: async (parsed, io) => {
    const [path, text] = parsed.positionals as [string, string];
    const [layer, head, k] = ["layer", "head", "k"].map((name) => parsed.integer(name, 1));
    const isWhole = parsed.flag("json");
    if (isWhole && (head ?? k) !== undefined)
      throw new UsageError("attention: --json must stand without --head and -k, since it prints all heads and words");
    const open = await openAttention("attention", await loadLanguageModel(path), builtIn);
    const found = await attentionOf("attention", open, { text, layer, ...(isWhole ? { most: MOST_WHOLE } : {}) });
    if (isWhole) io.out(`${JSON.stringify(wholeAttention(found))}\n`);
    else io.out(`${listed(attendedWords("attention", found, { k: k ?? 3, head }))}\n`);
    return 0;
  },
};

/** A line a word; those that look at fewer words have shorter ones. */
function listed(words: readonly AttendedWord[]): string {
  const most = Math.max(...words.map(({ attends }) => attends.length));
  const cells = ({ attends }: AttendedWord, k: number) =>
    attends[k] ? [attends[k].weight.toFixed(4), attends[k].word] : ["", ""];
  return textTable(words.map((each) => [each.word, ...Array.from({ length: most }, (_, k) => cells(each, k)).flat()]));
}
