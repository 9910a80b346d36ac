import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { type SplitSentencesOptions, splitSentences } from "#operators";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { chunkSizes, mixedText, textBatches } from "../../support/textBatches.js";

/** The sentences of every document, whatever the batches. */
function sentencesOf(
  documents: readonly string[],
  sizes?: readonly number[],
  options?: SplitSentencesOptions,
): string[] {
  const text = new TextEncoder().encode(documents.join(""));
  const starts: number[] = [];
  let end = 0;
  from(textBatches(documents, sizes))
    .pipe(splitSentences(options))
    .subscribe(({ bytes, sentenceOffsets }) => {
      starts.push(...sentenceOffsets!.map((start) => start + end));
      end += bytes.length;
    });
  return starts.map((start, i) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(text.subarray(start, starts[i + 1])),
  );
}

const trimmed = (text: string, options?: SplitSentencesOptions) =>
  sentencesOf([text], [Infinity], options).map((sentence) => sentence.trim());

// The rules of the page docs/operators/splitSentences.md, once more, over strings and with all of the text in view.
const ideograph = String.raw`(?=\p{L})[\p{Script=Han}\p{Script=Hiragana}\p{Script_Extensions=Katakana}]`;
const mark = String.raw`[\p{M}\u200c\u200d]`;
const terminator = String.raw`[\p{Sentence_Terminal}…；]`;
const closing = String.raw`[\p{Pe}\p{Pf}]`;
const tail = new RegExp(
  String.raw`(?:${terminator}(?:${closing}|["']|${mark})*(?:\p{White_Space}(?:${closing}|${mark}|\p{White_Space})*)?)+$`,
  "u",
);
const between = /^[\p{Pd},:;،؛、，：﹐﹑､]/u;
const names =
  "mr mrs ms dr prof st messrs mme mlle rev fr gen col capt cpt lt sgt maj cmdr hon gov sen rep mt ft vs cf eg ie";
const numbers = "no nos nr vol vols fig figs pp ch sec art jan feb mar apr jun jul aug sep sept oct nov dec ca approx";

function begins(before: string, here: string): boolean {
  const behind = before.match(tail)?.[0];
  if (behind === undefined) return false;
  const isSpaced = /\p{White_Space}/u.test(
    behind.slice(behind.search(new RegExp(`${terminator}(?!.*${terminator})`, "su"))),
  );
  if (new RegExp(`^(?:${terminator}|${closing}|${mark}|\\p{White_Space})`, "u").test(here)) return false;
  if (/^["']/.test(here) && !isSpaced) return false;
  if (between.test(here)) return false;
  const word = before.slice(0, before.length - behind.length);
  const afterIdeograph = new RegExp(`${ideograph}${mark}*$`, "u").test(word);
  if (/[。！？；｡]/u.test(behind) || (afterIdeograph && behind.startsWith("…"))) return true;
  if (!isSpaced) return afterIdeograph && new RegExp(`^(?:${ideograph}|[^\\p{L}\\p{N}])`, "u").test(here);
  if (new RegExp(`^(?!${ideograph})\\p{Ll}`, "u").test(here)) return false;
  const isFullStop = behind.match(new RegExp(terminator, "gu"))!.join("").replace("．", ".") === ".";
  return !(isFullStop && isAbbreviation(word, /^\p{N}/u.test(here)));
}

function isAbbreviation(before: string, beforeNumber: boolean): boolean {
  const run = before.match(new RegExp(`(?:(?!${ideograph})[\\p{L}\\p{N}]|${mark})*$`, "u"))![0];
  const word = run.replace(new RegExp(mark, "gu"), "");
  if (/\p{N}/u.test(word)) return false;
  if ([...word].length === 1) return word !== "i" && word !== "I";
  const lower = word.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return names.split(" ").includes(lower) || (beforeNumber && numbers.split(" ").includes(lower));
}

function plainSentences(document: string, newline: boolean): string[] {
  const starts = [0];
  let isFirst = true;
  for (const { 0: line, index } of document.matchAll(newline ? /[^\n\u2028\u2029\u0085]+/gu : /.+/gsu)) {
    const first = line.search(/\P{White_Space}/u);
    if (first < 0) continue;
    if (!isFirst) starts.push(index + first);
    isFirst = false;
    for (let at = first; at < line.length; at += line.codePointAt(at)! > 0xffff ? 2 : 1) {
      if (at > first && begins(line.slice(first, at), line.slice(at))) starts.push(index + at);
    }
  }
  return starts.map((start, i) => document.slice(start, starts[i + 1]));
}

const sentencePieces = fc.constantFrom(
  ...[
    "Mr",
    "mrs",
    "No",
    "fig",
    "J",
    "I",
    "U.S",
    "word",
    "Word",
    "1990",
    "3.5",
    "çol",
    "中",
    "国",
    "人",
    "の",
    "カ",
    "한",
    "É",
  ],
  ...[".", ".", ".", "!", "?", "…", "。", "！", "？", "；", "।", "؟", "．", ",", "，", "—", "-", ":"],
  ...['"', "'", "”", "“", "」", "「", ")", "(", "》", " ", " ", " ", "\u3000", "\n", "\u0301", "😀", "*"],
);
const prose = fc.array(sentencePieces, { maxLength: 40 }).map((pieces) => pieces.join(""));

describe("splitSentences", () => {
  for (const newline of [true, false]) {
    it(`finds what the same rules over strings find, whatever the chunks, with newline ${newline}`, () => {
      const documents = fc.array(fc.oneof({ weight: 3, arbitrary: prose }, mixedText), { minLength: 1, maxLength: 3 });
      fc.assert(
        fc.property(documents, chunkSizes, (documents, sizes) => {
          const expected = documents.flatMap((document) => plainSentences(document, newline));
          expect(sentencesOf(documents, sizes, { newline })).toEqual(expected);
        }),
        { seed: 2, numRuns: caseCount(1500) },
      );
    });
  }

  it("ends English sentences at . ! ? and the quotes and brackets that close behind them", () => {
    const text = `He left. "Stop!" I cried (twice.) Did he? [No.] “Yes.” 'Fine.' Then…? Well... Good`;
    expect(trimmed(text)).toEqual([
      ...[
        "He left.",
        `"Stop!"`,
        "I cried (twice.)",
        "Did he?",
        "[No.]",
        "“Yes.”",
        "'Fine.'",
        "Then…?",
        "Well...",
        "Good",
      ],
    ]);
  });

  it("goes on after abbreviations, initials, decimals and small letters", () => {
    for (const sentence of [
      "Mr. Smith and Dr. J. R. Jones paid 3.50 dollars",
      "See fig. 3, vol. 2 and No. 5",
      "The U.S. Army, e.g. Patton, came at 5 p.m. on Dec. 24",
      `"Really?" he asked`,
      "So... perhaps. or not",
      "Go to example.com or v1.2.Final",
    ]) {
      expect(trimmed(sentence)).toEqual([sentence]);
    }
  });

  it("ends a sentence after a year, a number's abbreviation without a number, and the pronoun I", () => {
    expect(trimmed("It was 1990. He said no. Then so did I. 25 left.")).toEqual([
      ...["It was 1990.", "He said no.", "Then so did I.", "25 left."],
    ]);
  });

  it("ends Chinese sentences without needing spaces, closing quotes included", () => {
    expect(trimmed("他说：“你好！”然后走了。「真的吗？」我……不知道；（好。）真的?我不信.走吧")).toEqual([
      ...["他说：“你好！”", "然后走了。", "「真的吗？」", "我……", "不知道；", "（好。）", "真的?", "我不信.", "走吧"],
    ]);
    expect(trimmed("“好。”，他说")).toEqual(["“好。”，他说"]);
  });

  it("ends sentences at line ends, unless told not to", () => {
    const text = "\n A title\n\n  one line\nthe next\n";
    expect(sentencesOf([text])).toEqual(["\n A title\n\n  ", "one line\n", "the next\n"]);
    expect(sentencesOf([text], [Infinity], { newline: false })).toEqual([text]);
  });

  it("begins a sentence with every document, whatever came before, and one with an empty document", () => {
    expect(sentencesOf(["Mr. ", "", "Smith. ", "a"])).toEqual(["Mr. ", "", "Smith. ", "a"]);
  });

  it("passes the text on as it is, and each batch when it comes", () => {
    const [batch] = textBatches(["One. Two."]);
    const result = { ...batch, sentenceOffsets: Uint32Array.of(0, 5) };
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("--a--|", { a: batch! });
      expectObservable(source.pipe(splitSentences())).toBe("--r--|", { r: result });
      expectObservable(source.pipe(splitSentences()), "---!").toBe("--r-", { r: result });
      expectObservable(cold<never>("-").pipe(splitSentences())).toBe("-");
      expectObservable(cold<never>("|").pipe(splitSentences())).toBe("|");
      expectObservable(cold<never>("--#").pipe(splitSentences())).toBe("--#");
      expectSubscriptions(source.subscriptions).toBe(["^----!", "^--!"]);
    })();
  });

  it("starts afresh with every subscription", () => {
    const stream = from(textBatches(["A? b", "C! D"])).pipe(splitSentences());
    const runs = [0, 1].map(() => {
      const starts: number[] = [];
      stream.subscribe(({ sentenceOffsets }) => starts.push(...sentenceOffsets!));
      return starts;
    });
    expect(runs).toEqual([
      [0, 4, 7],
      [0, 4, 7],
    ]);
  });

  it("refuses options of the wrong kind at the call", () => {
    expect(() => splitSentences({ newline: 1 as never })).toThrow(
      new TypeError("splitSentences: newline must be true or false, got 1"),
    );
  });
});
