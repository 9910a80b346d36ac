import fc from "fast-check";
import { from, lastValueFrom, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { characterMapping } from "#kernels";
import { type NormalizeOptions, normalize, tokenize } from "#operators";
import type { TextBatch } from "#schemas";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { chunkSizes, mixedText, sentenceBatches, textBatches } from "../../support/textBatches.js";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function normalized(batches: readonly TextBatch[], options?: NormalizeOptions): Promise<TextBatch[]> {
  return lastValueFrom(from(batches).pipe(normalize(options), toArray()));
}

/** The text from each start to the next, over all batches. */
function partsOf(batches: readonly TextBatch[], which: "documentOffsets" | "sentenceOffsets"): string[] {
  const text = Buffer.concat(batches.map(({ bytes }) => bytes));
  const starts: number[] = [];
  let before = 0;
  for (const batch of batches) {
    for (const start of batch[which] ?? []) starts.push(before + start);
    before += batch.bytes.length;
  }
  return starts.map((start, i) => decoder.decode(text.subarray(start, starts[i + 1])));
}

const documentsOf = async (documents: readonly string[], options?: NormalizeOptions, sizes?: readonly number[]) =>
  partsOf(await normalized(textBatches(documents, sizes), options), "documentOffsets");

const defaults = {
  form: "NFC",
  case: "lower",
  accents: "keep",
  digits: "keep",
  width: "half",
  invisible: "remove",
  radicals: "unify",
} as const;
const inDefaultForm = characterMapping(defaults);

describe("normalize", () => {
  it("composes, makes letters small and halves the width by default", async () => {
    expect(await documentsOf(["Cafe\u0301 ＣＡＦÉ\n", "鲁迅　１９２１年ｶﾞ"])).toEqual(["café café\n", "鲁迅 1921年ガ"]);
  });

  it("does what its options say", async () => {
    const text = "Straße Ｎo. 42, Ångström ﬁn ①";
    expect(await documentsOf([text], { form: "none", case: "keep", width: "keep" })).toEqual([text]);
    expect(
      await documentsOf([text], { form: "NFKC", case: "fold", accents: "remove", digits: "zero", width: "half" }),
    ).toEqual(["strasse no. 00, angstrom fin 0"]);
    expect(await documentsOf(["٤٢"], { digits: "ascii" })).toEqual(["42"]);
  });

  it("gives what the whole document would give, however it was cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mixedText, { minLength: 1, maxLength: 4 }), chunkSizes, async (documents, sizes) => {
        expect(await documentsOf(documents, undefined, sizes)).toEqual(documents.map(inDefaultForm));
      }),
      { seed: 3, numRuns: caseCount(200) },
    );
  });

  it("equals String.prototype.normalize and toLowerCase where no final sigma stands and nothing is unseen", async () => {
    await fc.assert(
      fc.asyncProperty(mixedText, chunkSizes, async (text, sizes) => {
        const expected = text.normalize("NFC").toLowerCase().normalize("NFC");
        const [found] = await documentsOf([text], { width: "keep", invisible: "keep", radicals: "keep" }, sizes);
        expect(found!.replaceAll("ς", "σ")).toBe(expected.replaceAll("ς", "σ"));
      }),
      { seed: 4, numRuns: caseCount(200) },
    );
  });

  it("moves the starts of sentences along, and lets nothing join over them", async () => {
    const documents = [["Ein Mädchen. ", "Ｅs kam. "], [], ["\u0301A", "\u0301b"]];
    for (const sizes of [[Infinity], [1], [2, 5]]) {
      const batches = await normalized(sentenceBatches(documents, sizes));
      expect(partsOf(batches, "sentenceOffsets")).toEqual(["ein mädchen. ", "es kam. ", "", "\u0301a", "\u0301b"]);
      expect(partsOf(batches, "documentOffsets")).toEqual(["ein mädchen. es kam. ", "", "\u0301a\u0301b"]);
    }
  });

  it(
    "passes on each batch when it arrives, and what was waiting at the end",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [ab, cd] = textBatches(["AbCd"], [2]) as [TextBatch, TextBatch];
      const source = cold("--a--b--|", { a: ab, b: cd });
      const batch = (text: string, documentOffsets: number[], from: TextBatch) => ({
        bytes: Uint8Array.from(Buffer.from(text)),
        documentOffsets: Uint32Array.from(documentOffsets),
        normalizations: [defaults],
        position: from.position,
      });
      expectObservable(source.pipe(normalize())).toBe("--a--b--(c|)", {
        a: batch("a", [0], ab),
        b: batch("bc", [], cd),
        c: batch("d", [], cd),
      });
      expectSubscriptions(source.subscriptions).toBe("^-------!");
    }),
  );

  it(
    "completes, fails, waits and is unsubscribed like its source",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [a] = textBatches(["a\n"]);
      const out = {
        bytes: a!.bytes,
        documentOffsets: a!.documentOffsets,
        normalizations: [defaults],
        position: a!.position,
      };
      expectObservable(cold("--|").pipe(normalize() as never)).toBe("--|");
      expectObservable(cold("---").pipe(normalize() as never)).toBe("---");
      expectObservable(cold("-a-#", { a: a! }).pipe(normalize())).toBe("-a-#", { a: out });
      const left = cold("-a-a-a|", { a: a! });
      expectObservable(left.pipe(normalize()), "--!").toBe("-a-", { a: out });
      expectSubscriptions(left.subscriptions).toBe("^-!");
    }),
  );

  it("starts afresh for every subscriber", async () => {
    const stream = from(textBatches(["Ab"], [1])).pipe(normalize(), toArray());
    expect(await lastValueFrom(stream)).toEqual(await lastValueFrom(stream));
  });

  it("leaves its input as it was", async () => {
    const batches = sentenceBatches([["Ａ ", "É"]], [1]);
    const before = structuredClone(batches);
    await normalized(batches);
    expect(batches).toEqual(before);
  });

  it("tells with keepOffsets where every token lay in the original document", async () => {
    const words = [
      "Cafe\u0301",
      "İstanbul",
      "ﬁn",
      "Việt",
      "Vie\u0323\u0302t",
      "ＡＢ",
      "ｶﾞｽ",
      "plain",
      "字",
      "𐐀",
      "👩🏽",
      "ǰJ\u030c",
      "co\u00adop",
      "Auf\u200clage\u00ads",
      "می\u200cخواهم",
      "⺇⽂",
      "ﷺ",
    ];
    const document = fc.array(fc.constantFrom(...words), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(document, { minLength: 1, maxLength: 4 }), chunkSizes, async (texts, sizes) => {
        const documents = texts.map((parts) => parts.join(" "));
        const options = { form: "NFKC", keepOffsets: true } as const;
        const stream = from(textBatches(documents, sizes)).pipe(
          normalize(options),
          tokenize({ mode: "whitespace", characterOffsets: true }),
          toArray(),
        );
        const found: string[][] = [];
        for (const { ids, documentOffsets, characters } of await lastValueFrom(stream)) {
          let next = 0;
          for (let i = 0; i <= ids.length; i++) {
            for (; documentOffsets[next] === i; next++) found.push([]);
            if (i < ids.length) {
              found.at(-1)!.push(documents[found.length - 1]!.slice(characters!.start[i], characters!.end[i]));
            }
          }
        }
        // "ﷺ" becomes several words, whose ends lie inside one character
        const split = (text: string) => text.split(" ").filter((word) => word !== "");
        expect(found.map((tokens) => tokens.filter((token) => token !== "ﷺ" && token !== ""))).toEqual(
          documents.map((text) => split(text).filter((word) => word !== "ﷺ")),
        );
      }),
      { seed: 5, numRuns: caseCount(200) },
    );
  });

  it("refuses text that has an alignment already", async () => {
    const twice = from(textBatches(["A\n"])).pipe(normalize({ keepOffsets: true }), normalize(), toArray());
    await expect(lastValueFrom(twice)).rejects.toThrow(
      new TypeError("normalize: text must come as it was read, got text with an alignment"),
    );
  });

  it("refuses options at the call", () => {
    expect(() => normalize({ form: "NFX" as "NFC" })).toThrow(
      new RangeError('normalize: form must be one of none, NFC, NFD, NFKC, NFKD, got "NFX"'),
    );
    expect(() => normalize({ lowercase: true } as NormalizeOptions)).toThrow(/^normalize: unknown option "lowercase"/);
  });
});
