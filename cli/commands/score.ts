import { printableLine } from "../../kernels/text/printable.js";
import {
  builtIn,
  loadLanguageModel,
  openLanguageModel,
  type ScoredText,
  scoreTexts,
  shownTerm,
} from "../../pipelines/index.js";
import { type Command, jsonOption } from "../command.js";
import { readingOptions, textSource } from "./classify.js";

const STDIN = "-";

export const score: Command = {
  name: "score",
  usage: "MODEL|RUN [FILE|-] [--sort]",
  positionals: [1, 2],
  options: {
    sort: { type: "boolean", description: "The most probable text first" },
    ...readingOptions,
    json: jsonOption,
  },
  examples: [
    "lexstream score runs/rnnlm sentences.txt",
    "printf 'he ate a pear\\nhe ate a pair\\n' | lexstream score runs/rnnlm --sort",
  ],
  run: async (parsed, io) => {
    const [path, file = STDIN] = parsed.positionals;
    const { source, options } = textSource(parsed, file);
    const open = await openLanguageModel("score", await loadLanguageModel(path!), builtIn);
    const isJson = parsed.flag("json");
    const lineOf = ({ logProbability, terms }: ScoredText) =>
      `${logProbability.toFixed(4)}  ${terms.length}  ${printableLine(terms.map((term) => shownTerm(open, term)).join(" "))}\n`;
    const tell = (text: ScoredText) => io.out(isJson ? `${JSON.stringify(text)}\n` : lineOf(text));
    const texts: ScoredText[] = [];
    await scoreTexts(
      open,
      { source, options, signal: io.signal },
      parsed.flag("sort") ? (text) => texts.push(text) : tell,
    );
    for (const text of texts.toSorted((a, b) => b.logProbability - a.logProbability)) tell(text);
    return 0;
  },
};
