import { expect, it } from "vitest";
import { characterBuckets, forEachNgram, forEachWordNgram, hashTerm } from "#kernels";

const form = { units: "characters", minLength: 3, maxLength: 6, buckets: 2_000_000 } as const;

/** The text of each n-gram. */
function textsOf(term: string, minLength: number, maxLength: number): string[] {
  const texts: string[] = [];
  forEachNgram(term, { minLength, maxLength }, (_, bytes, from, to) =>
    texts.push(Buffer.from(bytes.subarray(from, to)).toString()),
  );
  return texts;
}

/** The definition, in whole numbers of any size. */
function wordNgramsByDefinition(hashes: readonly number[], longest: number, buckets: number): number[] {
  const signed = hashes.map((hash) => BigInt(hash | 0));
  const found: number[] = [];
  for (let from = 0; from < hashes.length; from++) {
    let hash = BigInt.asUintN(64, signed[from]!);
    for (let to = from + 1; to < hashes.length && to < from + longest; to++) {
      hash = BigInt.asUintN(64, hash * 116049371n + signed[to]!);
      found.push(Number(hash % BigInt(buckets)));
    }
  }
  return found;
}

it("hashes as fastText does, also bytes of 0x80 and above", () => {
  expect(hashTerm("")).toBe(2166136261); // the offset basis
  expect(hashTerm("<wh")).toBe(1048167652); // from fastText's own print-ngrams
  expect(hashTerm("中国")).toBe(717543023); // in plain FNV-1a it is another number
});

it("goes by start and then by length, and leaves out the brackets alone", () => {
  expect(textsOf("cat", 3, 6)).toEqual(["<ca", "<cat", "<cat>", "cat", "cat>", "at>"]);
  expect(textsOf("中国", 1, 2)).toEqual(["<中", "中", "中国", "国", "国>"]);
  expect(textsOf("a", 3, 3)).toEqual(["<a>"]);
  expect(textsOf("a", 4, 6)).toEqual([]);
});

it("counts characters beyond 16 bits as one", () => {
  expect(textsOf("𠮷野", 2, 2)).toEqual(["<𠮷", "𠮷野", "野>"]);
});

it("keeps repeats, and brings hashes down to the buckets", () => {
  expect(textsOf("aaaa", 2, 2)).toEqual(["<a", "aa", "aa", "aa", "a>"]);
  expect(characterBuckets("中国", { ...form, minLength: 2, maxLength: 2 })[1]).toBe(1543023);
});

it("hashes n-grams of words as whole numbers of 64 bits do", () => {
  const words = ["the", "river", "中国", "bank", "of", "", "zebra"].map(hashTerm);
  const hashes = [...words, 0, 0xffffffff, 0xffffffff, 0x80000000, 0x7fffffff, 0xffffffff, 1];
  for (const buckets of [1, 7, 10_000, 2_000_000, 2 ** 21 - 1, 2 ** 21, 2 ** 31 - 1, 2 ** 32 - 1]) {
    const found: number[] = [];
    forEachWordNgram(hashes, 4, buckets, (bucket) => found.push(bucket));
    expect(found).toEqual(wordNgramsByDefinition(hashes, 4, buckets));
  }
});

it("makes no n-grams of words where the longest is one word", () => {
  forEachWordNgram([1, 2, 3], 1, 10, () => expect.unreachable());
});
