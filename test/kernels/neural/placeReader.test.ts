import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { networkCases, networkParameters } from "../../support/neuralCases.js";

type Options = Partial<neural.PlaceReaderOptions>;

/** Tells of each place its id, its place in the row, and the state before the row: the sum of all ids so far. */
function rowTeller(network: Partial<neural.Network>): neural.LayerReader & { readonly rows: number[][] } {
  const rows: number[][] = [];
  return {
    rows,
    network: { stateSize: 0, ...network } as neural.Network,
    layers: async (ids, before = new Float32Array(1)) => {
      rows.push([...ids]);
      const told = Array.from(ids, (id, place) => [id, place, before[0]!]).flat();
      const state = Float32Array.of(ids.reduce((sum, id) => sum + id, before[0]!));
      return { layers: [Float32Array.from(ids), Float32Array.from(told)], state };
    },
  };
}

async function placesOf(reader: neural.LayerReader, texts: readonly number[][], options: Options = {}) {
  const places = new neural.PlaceReader(reader, { before: [], after: [], ...options });
  const given: number[][] = [];
  const take = (some: neural.PlaceLayers | undefined) => {
    for (let k = 0; k < (some?.places ?? 0); k++) given.push([...some!.layers[1]!.subarray(3 * k, 3 * k + 3)]);
  };
  for (const ids of texts) {
    for (const id of ids) take(await places.add(id));
    take(await places.finish());
  }
  return given;
}

const count = (length: number) => Array.from({ length }, (_, k) => k + 1);

describe("PlaceReader", () => {
  it("reads windows that overlap, and takes a place from where it is farther from an end, if a network looks ahead", async () => {
    const reader = rowTeller({ longest: 8, looksAhead: true });
    const places = await placesOf(reader, [count(14)]);
    expect(reader.rows).toEqual([count(8), [5, 6, 7, 8, 9, 10, 11, 12], [9, 10, 11, 12, 13, 14]]);
    // four places are in two windows: two of them are taken from each
    expect(places.map(([id, place]) => id! - place!)).toEqual([1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9]);
  });

  it("takes a place from where more stands before it, if a network looks back alone", async () => {
    const places = await placesOf(rowTeller({ longest: 8 }), [count(14)], { stride: 3 });
    expect(places.map(([id, place]) => id! - place!)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 4, 4, 4, 7, 7, 7]);
  });

  it.each([0, 1, 7, 8, 9, 12, 13, 40])("gives each place of a text once, in order: %i ids", async (length) => {
    for (const looksAhead of [false, true])
      for (const stride of [undefined, 1, 5, 8]) {
        const reader = rowTeller({ longest: 8, looksAhead });
        const places = await placesOf(reader, [count(length), count(3)], { stride });
        expect(places.map(([id]) => id)).toEqual([...count(length), 1, 2, 3]);
        expect(Math.max(...reader.rows.map((row) => row.length))).toBeLessThanOrEqual(8);
      }
  });

  it("keeps the state of a network that looks back alone from stretch to stretch, and begins each text anew", async () => {
    const reader = rowTeller({ stateSize: 1 });
    const places = await placesOf(reader, [count(130), [5]]);
    expect(reader.rows.map((row) => row.length)).toEqual([64, 64, 2, 1]);
    const before = places.map(([, , sum]) => sum);
    expect([before[0], before[63], before[64], before[128], before[130]]).toEqual([0, 0, 2080, 8256, 0]); // n (n + 1) / 2
  });

  it("puts the pieces around a text around each window, and gives none for them", async () => {
    const reader = rowTeller({ longest: 8, looksAhead: true });
    const places = await placesOf(reader, [count(7)], { before: [90], after: [91] });
    expect(reader.rows).toEqual([
      [90, 1, 2, 3, 4, 5, 6, 91],
      [90, 4, 5, 6, 7, 91],
    ]);
    expect(places.map(([id, place]) => [id, place])).toEqual([
      ...[1, 2, 3, 4].map((id) => [id, id]),
      ...[5, 6, 7].map((id) => [id, id - 3]),
    ]);
  });

  it("refuses a stride that would pass places over", () => {
    expect(() => new neural.PlaceReader(rowTeller({ longest: 8 }), { before: [], after: [], stride: 9 })).toThrow(
      "PlaceReader: the stride must be at most a window of the network, 8, got 9",
    );
  });
});

describe("layers of a network", () => {
  const engine = neural.referenceEngine();
  const readerOf = (network: neural.Network) => {
    const { values } = networkParameters(engine, network) as neural.ReferenceParameters;
    return new neural.LanguageReader(network, engine, Float32Array.from(values));
  };

  it("are the same in stretches with the state between them as in one row", async () => {
    const reader = readerOf(networkCases["rnnlm lstm"]!());
    const ids = Uint32Array.from({ length: 70 }, (_, k) => (k * 7) % 11);
    const whole = await reader.layers(ids);
    const first = await reader.layers(ids.subarray(0, 64));
    const second = await reader.layers(ids.subarray(64), first.state);
    for (const [layer, values] of whole.layers.entries())
      expect([...first.layers[layer]!, ...second.layers[layer]!]).toEqual(
        Array.from(values, (value) => expect.closeTo(value, 6)),
      );
  });

  it("are asked of networks that tell them alone", async () => {
    await expect(readerOf(networkCases.nnlm!()).layers(Uint32Array.of(1))).rejects.toThrow(
      "LanguageReader: the network must tell its layers, got one that does not",
    );
  });
});
