import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { from, map, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { normalize, type TokenizeOptions, tokenize } from "#operators";
import { Ledger, run } from "#runtime";
import type { TextBatch, TokenBatch } from "#schemas";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { chunkSizes, mixedText, sentenceBatches, textBatches } from "../../support/textBatches.js";
import { chineseText, termsByHand, termsOf, termsWithKnownWords } from "../../support/tokensByHand.js";

const terms = (text: string, options?: TokenizeOptions) => termsOf(textBatches([text]), options)[0]!;

/** The token at each place of its document, and the terms by sentence. */
function tokensOf(text: readonly TextBatch[], options?: TokenizeOptions) {
  const tokens: { term: string; start: number; end: number }[] = [];
  const sentenceOffsets: number[] = [];
  const documentOffsets: number[] = [];
  from(text)
    .pipe(tokenize(options))
    .subscribe((batch) => {
      sentenceOffsets.push(...batch.sentenceOffsets.map((start) => start + tokens.length));
      documentOffsets.push(...batch.documentOffsets.map((start) => start + tokens.length));
      batch.ids.forEach((id, i) => {
        const { start, end } = batch.characters ?? { start: [], end: [] };
        tokens.push({ term: batch.lexicon.term(id)!, start: start[i] ?? NaN, end: end[i] ?? NaN });
      });
    });
  return { tokens, sentenceOffsets, documentOffsets };
}

function normalizedBatches(documents: readonly string[], sizes: readonly number[]): TextBatch[] {
  const batches: TextBatch[] = [];
  from(textBatches(documents, sizes))
    .pipe(normalize({ form: "NFKC", keepOffsets: true }))
    .subscribe((batch) => batches.push(batch));
  return batches;
}

async function dictionary(...words: string[]): Promise<string> {
  const path = join(await temporaryFolder(), "words.txt");
  writeFileSync(path, words.join("\n"));
  return path;
}

/** Words that the rules cut in both modes. */
const mixedWords = [
  ...[
    "B站",
    "5G网络",
    "哈利·波特",
    "C++",
    "C#",
    ".NET",
    "コーヒー店",
    "卡拉OK",
    "T恤",
    "AA制",
    "3D打印",
    "维生素C",
    "α粒子",
  ],
  ...["state-of-the-art", "A·b-c", "AA制度", "C++11", "恤T", "𠮷B"],
];

describe("tokenize", () => {
  for (const mode of ["words", "whitespace", "characters"] as const) {
    it(`finds in any text what the regular expression of mode ${mode} finds, whatever the chunks`, () => {
      fc.assert(
        fc.property(fc.array(mixedText, { minLength: 1, maxLength: 4 }), chunkSizes, (documents, sizes) => {
          const expected = documents.map((document) => termsByHand(document, mode));
          expect(termsOf(textBatches(documents, sizes), { mode })).toEqual(expected);
        }),
        { seed: 1, numRuns: caseCount(1000) },
      );
    });
  }

  it("cuts Han runs by the dictionary, and every other script as mode words does, whatever the chunks", () => {
    fc.assert(
      fc.property(fc.array(chineseText, { minLength: 1, maxLength: 3 }), chunkSizes, (documents, sizes) => {
        expect(termsOf(textBatches(documents, sizes), { mode: "chinese" })).toEqual(
          documents.map((document) => termsByHand(document, "chinese")),
        );
      }),
      { seed: 3, numRuns: caseCount(300) },
    );
  });

  it("tells of every token where it stands, whatever the chunks", () => {
    const modes = fc.constantFrom("words", "whitespace", "chinese", "characters");
    const documents = fc.array(chineseText, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(documents, chunkSizes, modes, (documents, sizes, mode) => {
        const { tokens, documentOffsets } = tokensOf(textBatches(documents, sizes), { mode, characterOffsets: true });
        tokens.forEach(({ term, start, end }, i) => {
          const document = documentOffsets.findLastIndex((first) => first <= i);
          expect(documents[document]!.slice(start, end)).toBe(term);
        });
        const whole = tokensOf(textBatches(documents), { mode, characterOffsets: true });
        expect(tokens).toEqual(whole.tokens);
      }),
      { seed: 4, numRuns: caseCount(300) },
    );
  });

  it("gives the same batches of starts and tokens, taken together, however sentences fall into chunks", () => {
    const sentences = fc.array(fc.array(mixedText, { maxLength: 4 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(sentences, chunkSizes, fc.integer({ min: 1, max: 7 }), (documents, sizes, batchSize) => {
        const whole = tokensOf(sentenceBatches(documents, [Infinity]));
        expect(tokensOf(sentenceBatches(documents, sizes), { batchSize })).toEqual(whole);
        const terms = documents.flatMap((sentences) => sentences.flatMap((text) => termsByHand(text, "words")));
        expect(whole.tokens.map(({ term }) => term)).toEqual(terms);
        let position = 0;
        const starts = documents.flatMap((sentences) =>
          (sentences.length === 0 ? [""] : sentences).map((text) => {
            const { length } = termsByHand(text, "words");
            position += length;
            return position - length;
          }),
        );
        expect(whole.sentenceOffsets).toEqual(starts);
      }),
      { seed: 5, numRuns: caseCount(500) },
    );
  });

  it("keeps words and numbers together over a single apostrophe, low line or decimal point", () => {
    expect(terms("Don’t stop: 1,000.50 at 3.30, snake_case or __x__; a''b, U.S. 'tis 3.a well-known")).toEqual([
      ...["Don’t", "stop", "1,000.50", "at", "3.30", "snake_case", "or", "x", "a", "b", "U", "S", "tis", "3", "a"],
      ...["well", "known"],
    ]);
  });

  it("reads other scripts as their readers do, marks and joiners included", () => {
    expect(terms("e\u0301te\u0301 Straße ΣΊΣΥΦΟΣ Россия")).toEqual(["e\u0301te\u0301", "Straße", "ΣΊΣΥΦΟΣ", "Россия"]);
    expect(terms("مَرْحَبًا بالعالم ۱۲٫۵ می\u200cخواهم")).toEqual(["مَرْحَبًا", "بالعالم", "۱۲٫۵", "می\u200cخواهم"]);
    expect(terms("שָׁלוֹם צה״ל ג׳ירפה")).toEqual(["שָׁלוֹם", "צה״ל", "ג׳ירפה"]);
    expect(terms("हिन्दी क्\u200dष 한국어 문장")).toEqual(["हिन्दी", "क्\u200dष", "한국어", "문장"]);
    expect(terms("ที่นี่")).toEqual(["ที่", "นี่"]);
    expect(terms("東京タワーへ行く iPhone手机")).toEqual([
      "東",
      "京",
      "タワー",
      "へ",
      "行",
      "く",
      "iPhone",
      "手",
      "机",
    ]);
  });

  it("takes emoji, punctuation and NUL for no words, and for characters", () => {
    expect(terms("a❤️b 👍🏽\0!c")).toEqual(["a", "b", "c"]);
    expect(terms("a❤️ 👍\0", { mode: "characters" })).toEqual(["a", "❤️", "👍", "\0"]);
    expect(terms("👨\u200d👩 \u0301x", { mode: "characters" })).toEqual(["👨\u200d", "👩", "\u0301", "x"]);
  });

  it("splits at Unicode white space in mode whitespace, and at no other character", () => {
    expect(terms("a\u00a0b\u3000c\u2028d\ufeffe\u0085f\u200bg", { mode: "whitespace" })).toEqual([
      ...["a", "b", "c", "d\ufeffe", "f\u200bg"],
    ]);
  });

  it("cuts Chinese into words, guesses new ones if asked, and knows the words of user dictionaries", async () => {
    const text = "李小福是创新办主任也是云计算方面的专家";
    const plain = ["李", "小", "福", "是", "创新", "办", "主任", "也", "是", "云", "计算", "方面", "的", "专家"];
    expect(terms(text, { mode: "chinese" })).toEqual(plain);
    expect(terms(text, { mode: "chinese", newWords: true })).toContain("李小福");
    const known = terms(text, { mode: "chinese", userDictionaries: [await dictionary("云计算 5", "创新办 3 i")] });
    expect(known).toEqual(["李", "小", "福", "是", "创新办", "主任", "也", "是", "云计算", "方面", "的", "专家"]);
  });

  it("finds the user's words over the borders of scripts, whatever the chunks", async () => {
    const userDictionaries = await dictionary(...mixedWords);
    const pieces = fc.oneof(fc.constantFrom(...mixedWords, ..."aB5.'·+站度Cー\u0301\u00ad网。 "), chineseText);
    const text = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(""));
    const modes = fc.constantFrom("words" as const, "chinese" as const);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), chunkSizes, modes, (documents, sizes, mode) => {
        const options = { mode, userDictionaries, characterOffsets: true };
        const { tokens, documentOffsets } = tokensOf(textBatches(documents, sizes), options);
        const found = documents.map((_, i) => tokens.slice(documentOffsets[i], documentOffsets[i + 1]));
        expect(found.map((tokens) => tokens.map(({ term }) => term))).toEqual(
          documents.map((document) => termsWithKnownWords(document, mode, mixedWords)),
        );
        const slices = found.map((tokens, i) => tokens.map(({ start, end }) => documents[i]!.slice(start, end)));
        expect(slices).toEqual(found.map((tokens) => tokens.map(({ term }) => term)));
      }),
      { seed: 8, numRuns: caseCount(200) },
    );
  });

  it.each([
    ["我在B站看AA制视频，C++和C#，.NET", ["我", "在", "B站", "看", "AA制", "视频", "C++", "和", "C#", ".NET"]],
    ["AB站 3.5G网络 维生素CD 13D打印", ["AB", "站", "3.5G", "网络", "维生素", "CD", "13D", "打印"]],
    ["哈利·波特 卡拉OK厅 T恤衫 コーヒー店員", ["哈利·波特", "卡拉OK", "厅", "T恤", "衫", "コーヒー店", "員"]],
  ])("finds in %j no part of a word of letters", async (text, expected) => {
    const userDictionaries = await dictionary(...mixedWords.slice(0, 13));
    expect(terms(text, { mode: "chinese", userDictionaries })).toEqual(expected);
  });

  it("finds words of one script in mode words, the longest, unless a later line takes them out", async () => {
    const userDictionaries = await dictionary("北京", "北京大学 5 n", "New-York", "大学", "大学 0");
    const found = terms("我在北京大学读大学，New-York", { mode: "words", userDictionaries });
    expect(found).toEqual(["我", "在", "北京大学", "读", "大", "学", "New-York"]);
  });

  it("brings the user's words into the form that normalize gives the text, with the place in the original", async () => {
    const userDictionaries = await dictionary("B站", "Ｔ恤", "Cafe\u0301店", "联⽹");
    const original = "Ｂ站的t恤，Ｃafé店联网";
    for (const size of [1, 2, 7, Infinity]) {
      const text = normalizedBatches([original], [size]);
      const { tokens } = tokensOf(text, { mode: "chinese", userDictionaries, characterOffsets: true });
      expect(tokens.map(({ term, start, end }) => [term, original.slice(start, end)])).toEqual([
        ["b站", "Ｂ站"],
        ["的", "的"],
        ["t恤", "t恤"],
        ["café店", "Ｃafé店"],
        ["联网", "联网"],
      ]);
    }
  });

  it("reads dictionaries once for all streams, and brings them into the form of each", async () => {
    const path = await dictionary("Ｔ恤", "云计算");
    const operator = tokenize({ mode: "chinese", userDictionaries: path });
    const termsIn = (text: readonly TextBatch[]) => {
      const found: string[] = [];
      from(text)
        .pipe(operator)
        .subscribe(({ ids, lexicon }) => found.push(...Array.from(ids, (id) => lexicon.term(id)!)));
      return found;
    };
    const text = "Ｔ恤云计算";
    expect(termsIn(textBatches([text]))).toEqual(["Ｔ恤", "云计算"]);
    rmSync(path);
    expect(termsIn(normalizedBatches([text], [Infinity]))).toEqual(["t恤", "云计算"]);
    expect(termsIn(textBatches([text]))).toEqual(["Ｔ恤", "云计算"]);
  });

  it.each([
    ["words", "+++", 'a word must have a letter or a digit, got "+++"'],
    [
      "chinese",
      "\u0301a站",
      'a word must not begin with a mark, which belongs to what stands before it, got "\u0301a站"',
    ],
    ["chinese", "B站".repeat(3), 'a word must have at most 11 bytes (maxTokenLength), got "B站B站B站"'],
    ["words", "你好！李焕英", 'a word must lie within one sentence, as splitSentences marks them, got "你好！李焕英"'],
  ] as const)(
    "refuses in mode %s the word %j, which can never be found, with its line",
    async (mode, word, message) => {
      const path = await dictionary("天安门", `${word} 3 n`);
      let error: unknown;
      from(sentenceBatches([["text"]], [Infinity]))
        .pipe(tokenize({ mode, userDictionaries: path, maxTokenLength: message.includes("11") ? 11 : 1000 }))
        .subscribe({ error: (thrown) => (error = thrown) });
      expect(error).toEqual(new RangeError(`chineseDictionary: ${message}, in ${path} line 2`));
    },
  );

  it("cuts a Han run without end after every 4096th character, whatever the chunks", () => {
    const text = "中华人民共和国".repeat(1500);
    const parts = [0, 4096, 8192].map((start) => text.slice(start, start + 4096));
    const expected = parts.flatMap((part) => termsByHand(part, "chinese"));
    for (const size of [Infinity, 1000, 4097]) {
      expect(termsOf(textBatches([text], [size]), { mode: "chinese" })[0]).toEqual(expected);
    }
  });

  it("leaves out tokens that are too long, and counts them", async () => {
    const ledger = new Ledger();
    const long = "x".repeat(1_000_000);
    const found: string[] = [];
    const text = textBatches([`one ${long} two ${"y".repeat(1000)} ${"z".repeat(1001)} éé`], [65_536]);
    await run(from(text).pipe(tokenize()), {
      ledger,
      onEvent: ({ ids, lexicon }) => {
        for (const id of ids) found.push(lexicon.term(id)!);
      },
    });
    expect(found).toEqual(["one", "two", "y".repeat(1000), "éé"]);
    expect([ledger.get("read"), ledger.get("rejected")]).toEqual([6, 2]);
    expect(terms("ab abc éé é", { maxTokenLength: 2 })).toEqual(["ab", "é"]);
    expect(terms("ab's x", { maxTokenLength: 3 })).toEqual(["x"]);
  });

  it("keeps the ends of documents and sentences between words", () => {
    expect(termsOf(textBatches(["ab", "", "cd", ""]))).toEqual([["ab"], [], ["cd"], []]);
    expect(termsOf(textBatches([""]))).toEqual([[]]);
    const { tokens, sentenceOffsets, documentOffsets } = tokensOf(sentenceBatches([["ab", "cd ef"], ["gh"]], [1]));
    expect(tokens.map(({ term }) => term)).toEqual(["ab", "cd", "ef", "gh"]);
    expect([sentenceOffsets, documentOffsets]).toEqual([
      [0, 1, 3],
      [0, 3],
    ]);
  });

  it("numbers terms in the order in which they come, and counts them", () => {
    let last: TokenBatch | undefined;
    from(textBatches(["to be or not to be"]))
      .pipe(tokenize())
      .subscribe((batch) => {
        last = batch;
      });
    const { lexicon } = last!;
    expect(lexicon.size).toBe(4);
    expect([0, 1, 2, 3].map((id) => [lexicon.term(id), lexicon.count(id)])).toEqual([
      ["to", 2],
      ["be", 2],
      ["or", 1],
      ["not", 1],
    ]);
  });

  it("prunes rare terms by the same rule whatever the chunks, and still tells each term when it is passed on", () => {
    const words = fc.array(fc.constantFrom(..."aaaaabbbcdefghijkl"), { maxLength: 80 });
    fc.assert(
      fc.property(words, chunkSizes, fc.integer({ min: 1, max: 6 }), (words, sizes, maxTerms) => {
        const seen = [[Infinity], sizes].map((sizes) => {
          const ids: number[] = [];
          let pruned = 0;
          from(textBatches([words.join(" ")], sizes))
            .pipe(tokenize({ maxTerms }))
            .subscribe((batch) => {
              ids.push(...batch.ids);
              pruned = batch.lexicon.prunedOccurrences;
              expect(Array.from(batch.ids, (id) => batch.lexicon.term(id))).not.toContain(undefined);
            });
          return { ids, pruned };
        });
        expect(seen[1]).toEqual(seen[0]);
        expect(new Set(words).size > maxTerms || seen[0]!.pruned === 0).toBe(true);
      }),
      { seed: 6, numRuns: caseCount(300) },
    );
  });

  it("finds the way back to the original text that normalize changed, whatever the chunks", () => {
    const original = "Ｆｕｌｌ café cafe\u0301 ﬁne x\u0301";
    const documents = [original, original];
    for (const size of [1, 2, 3, 7, Infinity]) {
      const text = normalizedBatches(documents, [size]);
      const { tokens } = tokensOf(text, { characterOffsets: true });
      const places = tokens.map(({ term, start, end }) => [term, original.slice(start, end)]);
      const expected = [
        ["full", "Ｆｕｌｌ"],
        ["café", "café"],
        ["café", "cafe\u0301"],
        ["fine", "ﬁne"],
        ["x\u0301", "x\u0301"],
      ];
      expect(places).toEqual([...expected, ...expected]);
    }
  });

  it("passes on what a batch gives when it comes, and the last word at the end", () => {
    const [first, second] = textBatches(["one two"], [5]);
    const summary = map((batch: TokenBatch) => Array.from(batch.ids, (id) => batch.lexicon.term(id)).join());
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("-a-b--|", { a: first!, b: second! });
      expectObservable(source.pipe(tokenize(), summary)).toBe("-a----(b|)", { a: "one", b: "two" });
      expectObservable(source.pipe(tokenize(), summary), "--!").toBe("-a", { a: "one" });
      expectObservable(cold<never>("-").pipe(tokenize())).toBe("-");
      expectObservable(cold<never>("--|").pipe(tokenize())).toBe("--|");
      expectObservable(cold<never>("--#").pipe(tokenize())).toBe("--#");
      expectSubscriptions(source.subscriptions).toBe(["^-----!", "^-!"]);
    })();
  });

  it("goes on with the same terms and counts in a long text, most of which the kernel cuts", async () => {
    const line = "The cat 猫 isn't 3.5 ";
    const lines = 15_000; // 22 bytes each: 330 kB
    const ledger = new Ledger();
    let [tokens, outOfOrder] = [0, 0];
    let last: TokenBatch | undefined;
    const batches = from(textBatches([line.repeat(lines), line], [150_001])).pipe(tokenize());
    await run(batches, {
      ledger,
      onEvent: (batch) => {
        for (const id of batch.ids) if (id !== tokens++ % 5) outOfOrder++;
        last = batch;
      },
    });
    expect([tokens, outOfOrder]).toEqual([5 * (lines + 1), 0]);
    expect([ledger.get("read"), ledger.get("rejected")]).toEqual([tokens, 0]);
    const terms = [0, 1, 2, 3, 4].map((id) => [last!.lexicon.term(id), last!.lexicon.count(id)]);
    expect(terms).toEqual(["The", "cat", "猫", "isn't", "3.5"].map((term) => [term, lines + 1]));
  });

  it("starts afresh with every subscription, and leaves its input as it was", () => {
    const text = textBatches(["one two", "two three"], [4]);
    const before = structuredClone(text);
    const stream = from(text).pipe(tokenize(), toArray());
    const runs = [0, 1].map(() => {
      let ids: number[] = [];
      stream.subscribe((batches) => {
        ids = batches.flatMap((batch) => [...batch.ids]);
      });
      return ids;
    });
    expect(runs).toEqual([
      [0, 1, 1, 2],
      [0, 1, 1, 2],
    ]);
    expect(text).toEqual(before);
  });

  it("passes on errors of a dictionary through the stream", () => {
    let message = "";
    from(textBatches(["中文"]))
      .pipe(tokenize({ mode: "chinese", userDictionaries: "/nowhere/words.txt" }))
      .subscribe({
        error: (error: Error) => {
          message = error.message;
        },
      });
    expect(message).toMatch(/^chineseDictionary: cannot read the user dictionary \/nowhere\/words.txt/);
  });

  it("refuses wrong options at the call", () => {
    expect(() => tokenize({ mode: "word" as never })).toThrow(
      new RangeError('tokenize: mode must be one of words, whitespace, chinese, characters, got "word"'),
    );
    expect(() => tokenize({ maxTerms: 0 })).toThrow(
      new RangeError("tokenize: maxTerms must be an integer from 1 to 500000000, got 0"),
    );
    expect(() => tokenize({ newWords: true })).toThrow(
      new TypeError('tokenize: mode must be chinese for newWords to be of use, got "words"'),
    );
    expect(() => tokenize({ mode: "characters", userDictionaries: "words.txt" })).toThrow(
      new TypeError('tokenize: mode must be words or chinese for userDictionaries to be of use, got "characters"'),
    );
  });
});
