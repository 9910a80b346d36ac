import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { networkCases, networkParameters } from "../../support/neuralCases.js";

type Network = Partial<neural.Network>;

/** One layer, that tells of each place its id and its place in the row. */
function rowTeller(network: Network): neural.RowsReader & { readonly batches: number[][][] } {
  const batches: number[][][] = [];
  return {
    batches,
    network: { stateSize: 0, ...network } as neural.Network,
    layersOfRows: async ({ rows, length, ids, lengths, state }) => {
      batches.push(Array.from(lengths, (some, row) => [...ids.subarray(row * length, row * length + some)]));
      const told = Array.from(ids, (id, place) => [id, place % length]).flat();
      expect(lengths.length).toBe(rows);
      return { layers: [Float32Array.from(told)], state };
    },
  };
}

const row = (ids: readonly number[], from: number, to = from + 1) => ({ ids: Uint32Array.from(ids), from, to });
const count = (length: number) => Array.from({ length }, (_, k) => k + 1);
const bare = { before: [], after: [], pooling: "mean" } as const;

describe("readTargets", () => {
  it("reads rows of about one length side by side, and gives them in their order", async () => {
    const reader = rowTeller({ looksAhead: true });
    const { places, layers } = await neural.readTargets(reader, [row([5, 6, 7], 1), row([8], 0), row([9, 4], 0)], bare);
    expect(places).toBe(3);
    expect([...layers[0]!]).toEqual([6, 1, 8, 0, 9, 0]);
    expect(reader.batches).toEqual([[[8], [9, 4], [5, 6, 7]]]);
    const long = Array.from({ length: 40 }, () => row(count(100), 50));
    const many = rowTeller({ looksAhead: true });
    await neural.readTargets(many, long, bare);
    expect(many.batches.map(({ length }) => length)).toEqual([20, 20]); // 2,000 places
  });

  it("brings the pieces of a target together, or takes the first", async () => {
    const reader = rowTeller({ looksAhead: true });
    const rows = [row([1, 2, 6, 3], 1, 3)];
    expect([...(await neural.readTargets(reader, rows, bare)).layers[0]!]).toEqual([4, 1.5]);
    const first = await neural.readTargets(reader, rows, { ...bare, pooling: "first" });
    expect([...first.layers[0]!]).toEqual([2, 1]);
  });

  it("reads the part of a long text that has the target in its middle, with what stands around a text", async () => {
    const reader = rowTeller({ looksAhead: true, longest: 7 });
    const around = { ...bare, before: [90], after: [91] };
    const rows = [row(count(20), 9), row(count(20), 0), row(count(20), 19), row(count(20), 3, 9)];
    const { layers } = await neural.readTargets(reader, rows, around);
    expect(reader.batches[0]).toEqual([
      [90, 8, 9, 10, 11, 12, 91],
      [90, 1, 2, 3, 4, 5, 91],
      [90, 16, 17, 18, 19, 20, 91],
      [90, 4, 5, 6, 7, 8, 91], // a target of six is cut to five
    ]);
    expect([...layers[0]!]).toEqual([10, 3, 1, 1, 20, 5, 6, 3]);
  });

  it("reads no further than the target if the network looks back alone", async () => {
    const reader = rowTeller({ longest: 4 });
    await neural.readTargets(reader, [row(count(9), 1), row(count(9), 6)], bare);
    expect(reader.batches[0]).toEqual([
      [1, 2],
      [4, 5, 6, 7],
    ]);
  });

  it.each(["rnnlm lstm", "elmo", "gpt"])("gives what %s makes of each row alone", async (name) => {
    const engine = neural.referenceEngine();
    const network = networkCases[name]!();
    const values = await networkParameters(engine, network).read("values");
    const reader = new neural.LanguageReader(network, engine, Float32Array.from(values));
    const rows = [row([3, 1, 4], 2), row([1, 4], 0), row([2, 0, 4, 3], 1)];
    const { layers } = await neural.readTargets(reader, rows, bare);
    for (const [k, { ids, from }] of rows.entries()) {
      const alone = await reader.layers(ids);
      for (const [layer, all] of alone.layers.entries()) {
        const width = all.length / ids.length;
        const expected = [...all.subarray(from * width, (from + 1) * width)];
        expect([...layers[layer]!.subarray(k * width, (k + 1) * width)]).toEqual(
          expected.map((value) => expect.closeTo(value, 5)),
        );
      }
    }
  });
});
