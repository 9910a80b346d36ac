import { join } from "node:path";
import { kinds } from "lexstream";
import { from } from "rxjs";
import { expect, it } from "vitest";
import type { Topics } from "#schemas";
import { writeTopics } from "#sinks";
import { readWhole } from "#storage";
import { collect } from "../support/collect.js";
import { vocabularyOf } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const vocabulary = vocabularyOf(["the", "猫", "cat"]);
const written: Topics = {
  vocabulary,
  weights: Float32Array.of(1, 0, 0.5, 2, 0.25, 3),
  alpha: Float64Array.of(0.1, 0.2),
  metadata: new Map([["model", "test"]]),
};

it.each(["t.arrow", "t.parquet"])("writes what is read again: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  await collect(from([written]).pipe(writeTopics({ path })));
  const { terms, counts } = vocabulary;
  expect(await readWhole(kinds.topics, path)).toMatchObject({ ...written, vocabulary: { terms, counts } });
});

it("keeps the names of topics, and has none where there are none", async () => {
  const path = join(await temporaryFolder(), "t.arrow");
  await collect(from([{ ...written, names: ["sport", "动物"] }]).pipe(writeTopics({ path })));
  expect((await readWhole(kinds.topics, path)).names).toEqual(["sport", "动物"]);
  await collect(from([written]).pipe(writeTopics({ path })));
  expect(await readWhole(kinds.topics, path)).not.toHaveProperty("names");
});

it.each([Number.NaN, -1])("is refused with a weight of %d", async (weight) => {
  const path = join(await temporaryFolder(), "t.arrow");
  await collect(
    from([{ ...written, weights: Float32Array.of(1, 0, 0.5, weight, 0.25, 3) }]).pipe(writeTopics({ path })),
  );
  await expect(readWhole(kinds.topics, path)).rejects.toThrow(
    `the weights of topics must be finite and not below 0, got ${weight} in row 1`,
  );
});
