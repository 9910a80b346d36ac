import fc from "fast-check";
import { expect, it } from "vitest";
import { DocumentPicker } from "#kernels";
import type { TextBatch } from "#schemas";

const position = { source: "texts", offset: 0, documents: 0 };
const texts = ["one\n", "zwei\n", "三\n", "", "five\n"];

/** The texts as batches that end after every `sizes` bytes, in turn. */
function batchesOf(sizes: readonly number[]): TextBatch[] {
  const bytes = new TextEncoder().encode(texts.join(""));
  const starts = texts.map((_, k) => new TextEncoder().encode(texts.slice(0, k).join("")).length);
  const batches: TextBatch[] = [];
  for (let [from, turn, next] = [0, 0, 0]; from < bytes.length; turn++) {
    const to = Math.min(bytes.length, from + sizes[turn % sizes.length]!);
    const first = next;
    while (next < texts.length && starts[next]! < to) next++;
    batches.push({
      bytes: bytes.subarray(from, to),
      documentOffsets: Uint32Array.from(starts.slice(first, next), (start) => start - from),
      documents: { labels: texts.slice(first, next).map((_, k) => [`label ${first + k}`]) },
      position,
    });
    from = to;
  }
  return batches;
}

function pickedOf(batches: readonly TextBatch[], isPicked: (number: number) => boolean) {
  const picker = new DocumentPicker(isPicked);
  const picked = batches.flatMap((batch) => picker.pick(batch) ?? []);
  return {
    text: new TextDecoder().decode(Uint8Array.from(picked.flatMap(({ bytes }) => [...bytes]))),
    labels: picked.flatMap(({ documents }) => documents!.labels!),
    starts: picked.flatMap(({ documentOffsets }) => [...documentOffsets]).length,
  };
}

it("picks documents by their numbers, with what is known of them", () => {
  const [batch] = batchesOf([100]);
  const picked = new DocumentPicker((number) => number !== 1).pick(batch!)!;
  expect(new TextDecoder().decode(picked.bytes)).toBe("one\n三\nfive\n");
  expect([...picked.documentOffsets]).toEqual([0, 4, 8, 8]); // the fourth is empty
  expect(picked.documents!.labels).toEqual([["label 0"], ["label 2"], ["label 3"], ["label 4"]]);
});

it("picks the same of the same texts in whatever batches they come", () => {
  const isPicked = (number: number) => number % 2 === 1;
  const whole = pickedOf(batchesOf([100]), isPicked);
  expect(whole).toEqual({ text: "zwei\n", labels: [["label 1"], ["label 3"]], starts: 2 });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      expect(pickedOf(batchesOf(sizes), isPicked)).toEqual(whole);
    }),
    { numRuns: 50, seed: 3 },
  );
});

it("makes no batch of what is not picked", () => {
  const picker = new DocumentPicker(() => false);
  expect(batchesOf([3]).map((batch) => picker.pick(batch))).toEqual(batchesOf([3]).map(() => undefined));
});
