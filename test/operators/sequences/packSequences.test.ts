import fc from "fast-check";
import { from, NEVER, Observable, of, take, tap, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { drawBelow, makeVocabulary, randomStream } from "#kernels";
import { type PackSequencesOptions, packSequences } from "#operators";
import { Ledger, mapAsync } from "#runtime";
import type { IdBatch, SequenceBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { turns } from "../../support/counting.js";
import { goingOn } from "../../support/goingOn.js";
import { caseCount } from "../../support/shortOrLong.js";
import { type Documents, documents, documentsOf, idBatches, sizes } from "../../support/tokens.js";

const pack = async (batches: readonly IdBatch[], options: PackSequencesOptions, ledger = new Ledger()) =>
  collect(from(batches).pipe(packSequences(options)), { ledger });

const packed = async (text: string, options: PackSequencesOptions, ledger?: Ledger) =>
  (await pack(await idBatches(documentsOf(text)), options, ledger)).map(seen);

/** The rows of a batch as `ids > targets`, `+` before those that go on, `.` where nothing is to be predicted. */
function seen({ vocabulary: { terms }, ids, targets, lengths, continues, sequenceLength }: SequenceBatch): string[] {
  return Array.from(lengths, (length, row) => {
    const places = Array.from({ length }, (_, k) => row * sequenceLength + k);
    const inputs = places.map((place) => terms[ids[place]!]).join(" ");
    const predicted = places.map((place) => terms[targets[place]!] ?? ".").join(" ");
    return `${continues[row] === 1 ? "+" : ""}${inputs} > ${predicted}`;
  });
}

/** The same documents, with every token another term. */
const numbered = (texts: Documents): string[][][] => {
  let count = 0;
  return texts.map((text) => text.map((sentence) => sentence.map(() => `w${count++}`)));
};

/** What is predicted, in the order of the rows. */
const predictions = (batches: readonly SequenceBatch[]): string[] =>
  batches.flatMap(({ targets, vocabulary: { terms } }) =>
    Array.from(targets)
      .filter((target) => target >= 0)
      .map((target) => terms[target]!),
  );

/** Tokens that stand behind another one. */
const followers = (texts: Documents, across: "document" | "corpus"): string[] =>
  (across === "corpus" ? [texts.flat(2)] : texts.map((text) => text.flat())).flatMap((words) => words.slice(1));

const plain = ({ vocabulary, ...batch }: SequenceBatch) => batch;

const layouts = fc.oneof(
  fc.record({
    length: fc.integer({ min: 2, max: 5 }),
    batchSize: fc.integer({ min: 1, max: 3 }),
    across: fc.constantFrom("document" as const, "corpus" as const),
    shuffle: fc.integer({ min: 0, max: 4 }),
    stride: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({
    length: fc.integer({ min: 2, max: 5 }),
    lanes: fc.integer({ min: 1, max: 3 }),
    across: fc.constantFrom("document" as const, "corpus" as const),
    isLive: fc.constant(true),
  }),
);

describe("packSequences", () => {
  it("lays each document in rows, with the id one ahead as the target", async () => {
    const ledger = new Ledger();
    // 7 ids give 6 predictions, 2 give 1, and 1 gives none
    expect(await packed("the cat sat. on the mat today|the end|alone", { length: 4, batchSize: 2 }, ledger)).toEqual([
      ["the cat sat on > cat sat on the", "the mat > mat today"],
      ["the > end"],
    ]);
    expect([ledger.get("onlyTargets"), ledger.get("alone")]).toEqual([2, 1]);
  });

  it("pads rows with 0 among ids and -1 among targets", async () => {
    const [batch] = await pack(await idBatches(documentsOf("我 爱 我 家|猫 爱 我")), { length: 5 });
    // by count, then code point: 我 3, 爱 2, 家 1, 猫 1
    expect(plain(batch!)).toEqual({
      sequenceLength: 5,
      ids: Uint32Array.of(0, 1, 0, 0, 0, 3, 1, 0, 0, 0),
      targets: Int32Array.of(1, 0, 2, -1, -1, 1, 0, -1, -1, -1),
      lengths: Uint32Array.of(3, 2),
      continues: Uint8Array.of(0, 0),
      rowDocuments: Uint32Array.of(0, 1),
      epoch: 0,
      position: 0,
      tokensBefore: 0,
      expectedTokens: 7,
    });
  });

  it("goes on over the ends of documents across a corpus, and names the document in which a row begins", async () => {
    const [whole] = await idBatches(documentsOf("a b c||d|e f g"));
    const batch = { ...whole!, documents: { ids: ["one", "none", "two", null], labels: [["x"], [], ["y"], []] } };
    const events = await pack([batch], { length: 2, batchSize: 2, across: "corpus" });
    expect(events.map(seen)).toEqual([["a b > b c", "c d > d e"], ["e f > f g"]]);
    expect(events.map(({ rowDocuments }) => [...rowDocuments])).toEqual([[0, 0], [3]]);
    expect(events.map((event) => event.documents)).toEqual([
      { ids: ["one", "one"], labels: [["x"], ["x"]] },
      { ids: [null], labels: [[]] },
    ]);
    expect(events.map(({ position, tokensBefore }) => [position, tokensBefore])).toEqual([
      [0, 0],
      [2, 4],
    ]);
  });

  it("repeats places as context where the stride is below the length, and predicts nothing from them again", async () => {
    const ledger = new Ledger();
    expect(await packed("a b c d e f g h", { length: 4, stride: 2 }, ledger)).toEqual([
      ["a b c d > b c d e", "c d e f > . . f g", "e f g > . . h"],
    ]);
    expect(ledger.get("added")).toBe(4); // c d, e f
  });

  it("gives the same for any batches, and predicts every token but the first of its text once", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, layouts, async (made, cuts, options) => {
        const texts = numbered(made);
        const ledger = new Ledger();
        const events = await pack(await idBatches(texts, cuts), options, ledger);
        expect(events.map(plain)).toEqual((await pack(await idBatches(texts), options)).map(plain));
        const predicted = predictions(events);
        const isWhole = !("lanes" in options) || options.across === "document"; // each of the other lanes has a text of its own
        if (isWhole) expect(predicted.sort()).toEqual(followers(texts, options.across).sort());
        else expect(new Set(predicted).size).toBe(predicted.length);
        const passedOn = events.flatMap(({ lengths }) => [...lengths]).reduce((sum, length) => sum + length, 0);
        const left = ledger.get("onlyTargets") + ledger.get("alone") - ledger.get("added");
        expect(passedOn + left).toBe(texts.flat(2).length);
        const repeats = ledger.get("added");
        expect(predicted).toHaveLength(passedOn - repeats);
      }),
      { seed: 21, numRuns: caseCount(120) },
    );
  });

  it("knows how many rows and tokens were before each batch", async () => {
    await fc.assert(
      fc.asyncProperty(documents, layouts, async (texts, options) => {
        let [rows, tokens] = [0, 0];
        for (const { position, tokensBefore, lengths } of await pack(await idBatches(texts), options)) {
          expect([position, tokensBefore]).toEqual([rows, tokens]);
          rows += lengths.length;
          tokens += lengths.reduce((sum, length) => sum + length, 0);
        }
      }),
      { seed: 22, numRuns: 50 },
    );
  });

  it("goes on from its state after any batch, any number of times, to the same events", async () => {
    const stops = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(documents, sizes, stops, layouts, async (texts, cuts, places, options) => {
        const known = (await idBatches(texts, cuts)).map((batch) => ({
          ...batch,
          documents: { ids: Array.from(batch.documentOffsets, (at) => `at ${at}`) },
        }));
        const within = places.map((place) => place % known.length);
        const events = await goingOn(known, within, () => packSequences(options));
        expect(events).toEqual(await pack(known, options));
      }),
      { seed: 23, numRuns: caseCount(100) },
    );
  });

  it("ends what is held where the vocabulary changes", async () => {
    const batchIn = (terms: string[], ids: number[]): IdBatch => ({
      vocabulary: makeVocabulary(terms, new Float64Array(terms.length).fill(1)),
      ids: Uint32Array.from(ids),
      sentenceOffsets: Uint32Array.of(),
      documentOffsets: Uint32Array.of(),
      epoch: 0,
    });
    const events = await pack([batchIn(["a", "b"], [0, 1, 0]), batchIn(["c", "d"], [0, 1])], { length: 4 });
    expect(events.map(seen)).toEqual([["a b > b a"], ["c > d"]]);
    expect(events.map(({ position }) => position)).toEqual([0, 1]);
  });

  it("begins anew with every epoch of a stream of several", async () => {
    const one = await idBatches(documentsOf("a b c|d e"));
    const two = one.map((batch) => ({ ...batch, epoch: 1 }));
    const events = await pack([...one, ...two], { length: 2, batchSize: 9 });
    expect(events.map(({ epoch, position, rowDocuments }) => [epoch, position, ...rowDocuments])).toEqual([
      [0, 0, 0, 1],
      [1, 0, 0, 1],
    ]);
  });

  it("passes on nothing of nothing, errors, and each batch as soon as it is whole", async () => {
    const options = { length: 2, batchSize: 1 };
    expect(await collect(of<IdBatch>().pipe(packSequences(options)))).toEqual([]);
    const failing = throwError(() => new Error("no more"));
    await expect(collect(failing.pipe(packSequences(options)))).rejects.toThrow("no more");
    const [batch] = await idBatches(documentsOf("a b c d e"));
    const endless = new Observable<IdBatch>((subscriber) => {
      subscriber.next(batch!);
      return NEVER.subscribe(subscriber);
    });
    expect((await collect(endless.pipe(packSequences(options), take(2)))).map(seen)).toEqual([
      ["a b > b c"],
      ["c d > d e"],
    ]);
  });
});

describe("packSequences with shuffle", () => {
  it("lets each row that comes take the place of one that is drawn by its number", async () => {
    // Rows a>b, b>c, c>d, d>e; two are held, so that the third and the fourth, numbers 2 and 3, push one out each.
    const places = [2, 3].map((number) => drawBelow(randomStream(5, "packSequences.shuffle", 0), number, 2));
    const held = ["a b > b c", "c d > d e"];
    const gone = ["e f > f g", "g h > h i"].map((row, k) => held.splice(places[k]!, 1, row)[0]);
    const [rows] = await packed("a b c d e f g h i", { length: 2, shuffle: 2, seed: 5 });
    expect(rows!.slice(0, 2)).toEqual(gone);
    expect([held, [...held].reverse()]).toContainEqual(rows!.slice(2));
  });

  it("has another order in another epoch and with another seed, and lets no row come early by more than it holds", async () => {
    const text = numbered([[Array(400).fill("")]]);
    const orderOf = async (options: PackSequencesOptions, epoch: number) =>
      predictions(await pack(await idBatches(text, [7], undefined, epoch), { length: 2, shuffle: 20, ...options }));
    const orders = [await orderOf({}, 0), await orderOf({}, 1), await orderOf({ seed: 2 }, 0)];
    expect(new Set(orders.map(String)).size).toBe(3);
    expect(await orderOf({}, 1)).toEqual(orders[1]);
    const rows = orders[0]!.filter((_, place) => place % 2 === 0).map((term) => (Number(term.slice(1)) - 1) / 2);
    expect(Math.max(...rows.map((row, place) => row - place))).toBeLessThanOrEqual(20);
    expect(rows).not.toEqual([...rows].sort((a, b) => a - b));
  });
});

describe("packSequences with lanes", () => {
  it("gives each lane the next whole document when its own has ended", async () => {
    // A has two rows and goes to lane 0; B has one, lane 1; C goes to lane 1, which has nothing left; then both are empty
    expect(await packed("a1 a2 a3 a4 a5 a6 a7|b1 b2 b3|c1 c2 c3 c4|d1 d2", { length: 3, lanes: 2 })).toEqual([
      ["a1 a2 a3 > a2 a3 a4", "b1 b2 > b2 b3"],
      ["+a4 a5 a6 > a5 a6 a7", "c1 c2 c3 > c2 c3 c4"],
      ["d1 > d2"],
    ]);
  });

  it("keeps a row without text for a lane that has ended before one behind it", async () => {
    const events = await pack(await idBatches(documentsOf("a b|c d e f")), { length: 2, lanes: 3 });
    expect(events.map(seen)).toEqual([
      ["a > b", "c d > d e"],
      [" > ", "+e > f"],
    ]);
    expect(events.map(({ rowDocuments }) => [...rowDocuments])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it("cuts a corpus in parts as the reader of the PTB tutorial does, and reads what that leaves out", async () => {
    // numpy: data = arange(13)[: 3 * 4].reshape(3, 4); (4 - 1) // 2 = 1 step, x = data[:, 0:2], y = data[:, 1:3]
    const text = "t0 t1 t2 t3 t4. t5 t6|t7 t8 t9 t10 t11 t12";
    const ledger = new Ledger();
    expect(await packed(text, { length: 2, lanes: 3, across: "corpus" }, ledger)).toEqual([
      ["t0 t1 > t1 t2", "t4 t5 > t5 t6", "t8 t9 > t9 t10"],
      ["+t2 t3 > t3 t4", "+t6 t7 > t7 t8", "+t10 t11 > t11 t12"],
    ]);
    expect(ledger.get("onlyTargets")).toBe(1);
  });

  it("has the steps of that reader first, and every token but the first once, in any corpus", async () => {
    const settings = fc.record({ length: fc.integer({ min: 2, max: 5 }), lanes: fc.integer({ min: 1, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(documents, sizes, settings, async (made, cuts, { length, lanes }) => {
        const texts = numbered(made);
        const words = texts.flat(2);
        fc.pre(words.length > lanes);
        const events = await pack(await idBatches(texts, cuts), { length, lanes, across: "corpus" });
        expect(predictions(events).sort()).toEqual(words.slice(1).sort());
        expect(events[0]!.expectedTokens).toBe(words.length - 1);
        const part = Math.floor(words.length / lanes);
        const corpus = texts.flat(2);
        for (let step = 0; step < Math.floor((part - 1) / length); step++)
          expect(seen(events[step]!)).toEqual(
            Array.from({ length: lanes }, (_, lane) => {
              const at = lane * part + step * length;
              const [x, y] = [0, 1].map((ahead) => corpus.slice(at + ahead, at + ahead + length).join(" "));
              return `${step > 0 ? "+" : ""}${x} > ${y}`;
            }),
          );
      }),
      { seed: 24, numRuns: caseCount(80) },
    );
  });

  it("names the documents of parts", async () => {
    const [batch] = await idBatches(documentsOf("a b c||d e f"));
    const known = { ...batch!, documents: { ids: ["one", "none", "two"] } };
    const events = await pack([known], { length: 2, lanes: 2, across: "corpus" });
    expect(events.map(seen)).toEqual([["a b > b c", "d e > e f"], ["+c > d"]]);
    expect(events.map((event) => [...event.rowDocuments, ...event.documents!.ids!])).toEqual([
      [0, 2, "one", "two"],
      [0, "one"],
    ]);
  });

  it("takes whole documents by turn where the text may never end, and rows go on over their ends", async () => {
    // a1 a2 a3 go to lane 0, b1 b2 to lane 1; with 3 tokens against 2, C goes to lane 1, and then D, with 3 against 6, to lane 0
    const text = "a1 a2 a3|b1 b2|c1 c2 c3 c4|d1 d2";
    expect(await packed(text, { length: 2, lanes: 2, across: "corpus", isLive: true })).toEqual([
      ["a1 a2 > a2 a3", "b1 b2 > b2 c1"],
      ["+a3 d1 > d1 d2", "+c1 c2 > c2 c3"],
      [" > ", "+c3 > c4"],
    ]);
  });

  it("refuses more lanes than tokens, and several epochs of parts in one stream", async () => {
    const batches = await idBatches(documentsOf("a b c"));
    const options = { length: 2, lanes: 3, across: "corpus" } as const;
    await expect(pack(batches, options)).rejects.toThrow(
      "packSequences: lanes must be fewer than the tokens of the corpus, got 3 lanes and 3 tokens",
    );
    const next = batches.map((batch) => ({ ...batch, epoch: 1 }));
    await expect(pack([...batches, ...next], options)).rejects.toThrow(
      "packSequences: lanes across a corpus must be laid in a stream for each epoch, got epoch 1 behind 0",
    );
    expect(await pack([], options)).toEqual([]);
  });
});

it.each<[options: PackSequencesOptions, message: string]>([
  [{ length: 1 }, "length must be an integer from 2 to 65536, got 1"],
  [{ length: 4, stride: 5 }, "stride must be at most length, which is 4, else ids are passed over, got 5"],
  [{ lanes: 2, shuffle: 9 }, "shuffle must be 0 with lanes, whose rows go on one behind the other, got 9"],
  [
    { length: 4, lanes: 2, stride: 2 },
    "stride must be length with lanes, whose rows go on one behind the other, got 2",
  ],
  [
    { lanes: 2, batchSize: 2 },
    "batchSize must be left out with 2 lanes, each of which is a row, got 2; lanes: 0 asks for none",
  ],
])("refuses %j at the call", (options, message) => {
  expect(() => packSequences(options)).toThrow(new RangeError(`packSequences: ${message}`));
});

it("lays no more batches at the end than the stages behind are ready for", async () => {
  const batches = await idBatches(documentsOf(Array(200).fill("a").join(" ")));
  let [laid, most, done] = [0, 0, 0];
  const slowly = mapAsync(async (batch: SequenceBatch) => {
    most = Math.max(most, laid - done);
    await turns();
    done++;
    return batch;
  });
  for (const options of [
    { lanes: 2, across: "corpus" },
    { shuffle: 1000, batchSize: 1 },
  ] as const)
    await collect(
      from(batches).pipe(
        packSequences({ length: 2, ...options }),
        tap(() => laid++),
        slowly,
      ),
    );
  expect([laid, most]).toEqual([50 + 100, 1]); // 199 places in rows of 2
});

it("must be subscribed in a run", () => {
  const errors: unknown[] = [];
  of<IdBatch>()
    .pipe(packSequences())
    .subscribe({ error: (error) => errors.push(error) });
  expect(String(errors[0])).toMatch(/^TypeError: packSequences: must be subscribed inside run/);
});
