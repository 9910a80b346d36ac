import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { counterBytes } from "../../../dist/kernels/cooccurrence/rowCounter.js";
import { TextBlock } from "../../../dist/kernels/cooccurrence/textBlock.js";
import { OwnShard } from "../../../dist/operators/cooccurrence/ownShard.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const terms = 4;
const tokens = 2 ** 18; // 2^16 of each term: a step for each row

async function counting(canWait: boolean) {
  const folder = await temporaryFolder();
  const size = { terms, places: tokens };
  const block = new TextBlock({ terms, windowSize: 1, reserved: counterBytes(size), bytes: 2 ** 24 });
  const rows = { ...size, firstRow: 0, endRow: terms, windowSize: 1, side: "both", symmetric: false } as const;
  const places = { memory: block.memory, place: 0, bytesInMemory: 0, ofDistance: Float64Array.of(0, 1) };
  let files = 0;
  const shard = new OwnShard({ ...rows, ...places, canWait }, block.counts, () => join(folder, String(files++)));
  const ids = Uint32Array.from({ length: tokens }, (_, i) => i % terms);
  const radius = new Uint8Array(tokens).fill(1);
  const view = { firstCentre: 0, endCentre: tokens, radius, windowSize: 1, side: "both" } as const;
  block.add({ ...view, ids, sentenceOffsets: Uint32Array.of(0) });
  return { folder, shard, stretch: block.stretch };
}

describe("OwnShard", () => {
  it("lets other work have its turn between rows, where batches can wait", async () => {
    const { shard, stretch } = await counting(true);
    let turns = 0;
    let isCounted = false;
    const takeTurn = () => {
      turns++;
      if (!isCounted) setImmediate(takeTurn);
    };
    setImmediate(takeTurn);
    await shard.count(stretch);
    isCounted = true;
    expect(turns).toBeGreaterThanOrEqual(2);
    const { rows } = await shard.finish();
    expect(rows.map(({ cells }) => cells)).toEqual([8]); // each term has two neighbours
  });

  it("counts at once where they cannot", async () => {
    const { shard, stretch } = await counting(false);
    expect(shard.count(stretch)).toBeUndefined();
    const { rows } = await shard.finish();
    expect(rows.map(({ cells }) => cells)).toEqual([8]);
  });

  it("stops between rows when it is closed", async () => {
    const { folder, shard, stretch } = await counting(true);
    const counted = shard.count(stretch)!;
    const refused = expect(counted).rejects.toThrow("aborted");
    await shard.close();
    await refused;
    expect(await readdir(folder)).toEqual([]); // nothing had to be written out yet
  });
});
