import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { LanguageReader } from "../../../dist/kernels/neural/languageReader.js";
import { networkCases, networkParameters } from "../../support/neuralCases.js";
import { wasmEngine } from "../../support/neuralEngines.js";

const network = networkCases.gpt!(); // reads 5 places at most
const text = Uint32Array.from({ length: 13 }, (_, i) => (i * i + 3 * i + 1) % 11);

function readerOf(engine: neural.Engine, of = network): LanguageReader {
  return new LanguageReader(of, engine, networkParameters(engine, of).read("values") as Float32Array);
}

/** Of the term behind some, with nothing kept. */
async function wholeLogits(ids: Uint32Array): Promise<number[]> {
  const engine = neural.referenceEngine();
  const length = ids.length;
  const batch = { rows: 1, length, ids, lengths: Uint32Array.of(length), firstRow: 0 };
  const { logits } = network.predict(engine, networkParameters(engine, network), batch);
  return [...(await engine.read(engine.rows(logits, length - 1, length)))];
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

describe("where the window of a text begins", () => {
  // The stride of 5 places is 3: windows of ids 0-4, 3-7, 6-10 ...
  it.each([
    [1, 0],
    [5, 0],
    [6, 3],
    [8, 3],
    [9, 6],
    [11, 6],
    [12, 9],
  ])("behind %i terms, of which 5 are seen at most: at %i", (count, start) => {
    expect(neural.windowStart(count, 5)).toBe(start);
  });

  it("is where at least half of the places and at most all of them are behind it", () => {
    for (let longest = 2; longest < 12; longest++)
      for (let count = 1; count < 60; count++) {
        const seen = count - neural.windowStart(count, longest);
        expect(seen).toBeGreaterThanOrEqual(Math.min(count, Math.floor(longest / 2) + 1));
        expect(seen).toBeLessThanOrEqual(longest);
      }
  });
});

describe.each([
  ["reference", () => neural.referenceEngine()],
  ["wasm", () => wasmEngine()],
])("a reader of a network that looks back, on the %s engine", (_, makeEngine) => {
  it("reads term by term, in parts or at once what the network makes of the window", async () => {
    const reader = readerOf(makeEngine());
    let reading: Awaited<ReturnType<LanguageReader["read"]>> | undefined;
    for (let count = 1; count <= text.length; count++) {
      reading = await reader.read(text.subarray(count - 1, count), reading);
      const expected = close(await wholeLogits(text.slice(neural.windowStart(count, 5), count)));
      expect([...reading.logits]).toEqual(expected);
      expect([...(await reader.read(text.subarray(0, count))).logits]).toEqual(expected);
    }
    const first = await reader.read(text.subarray(0, 7));
    expect([...(await reader.read(text.subarray(7), first)).logits]).toEqual(close([...reading!.logits]));
    reader.close();
  });

  it("leaves an earlier reading as it is", async () => {
    const reader = readerOf(makeEngine());
    const begin = await reader.read(text.subarray(0, 2));
    const options = { length: 8, seed: 3, temperature: 1, topK: 0, topP: 1 };
    const drawn = async () => {
      const ids: number[] = [];
      for await (const id of reader.generate(begin, options)) ids.push(id);
      return ids;
    };
    const [one, two] = [await reader.read(Uint32Array.of(4), begin), await reader.read(Uint32Array.of(7), begin)];
    expect(await drawn()).toEqual(await drawn());
    expect([...one.logits]).toEqual(close(await wholeLogits(Uint32Array.of(text[0]!, text[1]!, 4))));
    expect([...two.logits]).toEqual(close(await wholeLogits(Uint32Array.of(text[0]!, text[1]!, 7))));
    reader.close();
  });

  it("judges a text of any length by the same windows", async () => {
    const reader = readerOf(makeEngine());
    let expected = 0;
    for (let count = 1; count < text.length; count++) {
      const logits = await wholeLogits(text.slice(neural.windowStart(count, 5), count));
      const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
      expected += Math.log(sum) - logits[text[count]!]!;
    }
    expect(await reader.textLoss(text)).toBeCloseTo(expected, 4);
    expect(await reader.textLoss(text.subarray(0, 1))).toBe(0);
    reader.close();
  });
});

it("reads many terms at once as a network with a state does", async () => {
  const recurrent = networkCases["rnnlm lstm"]!();
  const reader = readerOf(neural.referenceEngine(), recurrent);
  const long = Uint32Array.from({ length: 150 }, (_, i) => (7 * i) % 11);
  const whole = await reader.read(long);
  const parts = await reader.read(long.subarray(70), await reader.read(long.subarray(0, 70)));
  expect([...parts.logits]).toEqual(close([...whole.logits]));
  await expect(reader.read(new Uint32Array(0))).rejects.toThrow("there must be terms to read, got none");
  reader.close();
});
