import { expect, it } from "vitest";
import { CooccurrenceShard } from "../../../dist/operators/cooccurrence/cooccurrenceShard.js";

it("refuses sums that doubles do not hold exactly", async () => {
  const ofDistance = Float64Array.of(0, 2 ** 52);
  const [rows, room] = [
    { terms: 2, firstRow: 0, endRow: 2 },
    { memory: 2 ** 20, mostFiles: 4, intoFiles: false },
  ];
  const shard = new CooccurrenceShard({ ...rows, ...room, windowSize: 1, symmetric: false, ofDistance }, () => "");
  const windows = {
    firstCentre: 0,
    endCentre: 4,
    radius: new Uint8Array(4).fill(1),
    windowSize: 1,
    side: "both",
  } as const;
  shard.add({ ...windows, ids: Uint32Array.of(0, 1, 0, 1), sentenceOffsets: Uint32Array.of(0) });
  // the second term follows the first twice, and comes before it once: 3 x 2^52
  await expect(shard.finish()).rejects.toThrow(
    "accumulateCooccurrence: sums must stay below 2^53 units to be exact, got 13510798882111488 in cell (0, 1)",
  );
});
