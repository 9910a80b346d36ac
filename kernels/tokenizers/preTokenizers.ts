import { show } from "../../schemas/options.js";
import type { TokenizerPart } from "../../schemas/subwordVocabulary.js";
import { spellBytes } from "./byteAlphabet.js";
import { partsOf, requireKnown } from "./tokenizerParts.js";

/** Cuts a text into stretches that are encoded each by itself. */
export type Cut = (text: string) => readonly string[];

export interface PreTokenizer {
  /** One after the other; the first sees the whole text. */
  readonly steps: readonly Cut[];
  /** White space parts words and is in none of them, so that a text may be cut at spaces before anything is done to it. */
  readonly partsAtSpaces: boolean;
  /** Sets a space before a text that does not begin with one. */
  readonly addsSpace: boolean;
}

interface Step {
  readonly cuts: readonly Cut[];
  readonly partsAtSpaces?: boolean;
  readonly addsSpace?: boolean;
}

/**
 * Patterns, as `tokenizer.json` writes them, and the same in JavaScript, whose \s has other members. All cut a text without a gap.
 * The second is that of GPT-4, Llama 3 and others, the third that of Qwen.
 */
const space = "\\p{White_Space}";
const notSpace = "\\P{White_Space}";
const contractions = "'[sSſ]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";
const patterns: Readonly<Record<string, string>> = {
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+": `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${space}\\p{L}\\p{N}]+|${space}+(?!${notSpace})|${space}+`,
  ...cl100k("\\p{N}{1,3}"),
  ...cl100k("\\p{N}"),
};

function cl100k(digits: string): Record<string, string> {
  const rest = (s: string, S: string) =>
    `[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^${s}\\p{L}\\p{N}]+[\\r\\n]*|${s}*[\\r\\n]+|${s}+(?!${S})|${s}+`;
  return { [`(?i:'s|'t|'re|'ve|'m|'ll|'d)|${rest("\\s", "\\S")}`]: `${contractions}|${rest(space, notSpace)}` };
}

const [gpt2] = Object.values(patterns);

const preTokenizers: Readonly<Record<string, (part: TokenizerPart, where: string) => Step>> = {
  ByteLevel: ({ add_prefix_space, use_regex }) => ({
    cuts: [use_regex === false ? (text) => [text] : matches(gpt2!), (text) => [spellBytes(text)]],
    addsSpace: add_prefix_space !== false,
  }),
  BertPreTokenizer: () => ({
    cuts: [matches("[!-\\/:-@\\[-`{-~\\p{P}]|[^!-\\/:-@\\[-`{-~\\p{P}\\p{White_Space}]+")],
    partsAtSpaces: true,
  }),
  Whitespace: () => {
    const word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";
    return { cuts: [matches(`[${word}]+|[^${word}${space}]+`)], partsAtSpaces: true };
  },
  WhitespaceSplit: () => ({ cuts: [matches(`${notSpace}+`)], partsAtSpaces: true }),
  Split: splitByPattern,
  Sequence: (part, where) => {
    const steps = partsOf(part, "pretokenizers", where).map((step) => compileStep(step, where));
    const [first] = steps;
    return {
      cuts: steps.flatMap(({ cuts, addsSpace }, k) => (addsSpace && k > 0 ? [withSpace, ...cuts] : cuts)),
      partsAtSpaces: first?.partsAtSpaces ?? false,
      addsSpace: first?.addsSpace ?? false,
    };
  },
};

const withSpace: Cut = (text) => [text.startsWith(" ") ? text : ` ${text}`];

/**
 * How a tokenizer cuts a text before its model sees it.
 * @throws SyntaxError if it is none of those that are known, or cuts by a pattern that is not
 */
export function compilePreTokenizer(part: TokenizerPart | null, where: string): PreTokenizer {
  const { cuts, partsAtSpaces = false, addsSpace = false }: Step = part ? compileStep(part, where) : { cuts: [] };
  return { steps: cuts.length > 0 ? cuts : [(text) => [text]], partsAtSpaces, addsSpace };
}

function compileStep(part: TokenizerPart, where: string): Step {
  return requireKnown(preTokenizers, "pre_tokenizer", part, where)(part, where);
}

function matches(pattern: string): Cut {
  const expression = new RegExp(pattern, "gu");
  return (text) => text.match(expression) ?? [];
}

function splitByPattern({ pattern, behavior, invert }: TokenizerPart, where: string): Step {
  const { Regex: written } = (pattern ?? {}) as { readonly Regex?: unknown };
  const isWhole = behavior === "Isolated" || (behavior === "Removed" && invert === true);
  if (typeof written === "string" && Object.hasOwn(patterns, written) && isWhole)
    return { cuts: [matches(patterns[written]!)] };
  throw new SyntaxError(
    `${where}: a pre_tokenizer Split must be Isolated by the pattern of GPT-2, GPT-4 or Qwen, got ${show(behavior)} by ${show(pattern)}`,
  );
}
