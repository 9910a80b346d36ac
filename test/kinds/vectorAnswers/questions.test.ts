import { expect, it, onTestFinished } from "vitest";
import { Vectors } from "#kernels";
import { builtIn } from "#pipelines";
import { copierOf, type ModelToServe, startQueryServer } from "#serve";

const rows = {
  the: [1, 0],
  cat: [0, 2],
  dog: [0, -3],
  queen: [3, 4],
  猫: [0, 5],
};
const terms = Object.keys(rows);

function vectors(): Vectors {
  const values = Float32Array.from(Object.values(rows).flat());
  return new Vectors({ terms, values, vectorSize: 2, metadata: new Map() });
}

/** A server of these vectors; gives the status and the answer to a path. */
async function asked(): Promise<(path: string) => Promise<readonly [status: number, answer: Record<string, unknown>]>> {
  const { answers } = builtIn.kinds.get("vectors")!;
  const models: ModelToServe[] = [{ name: "tiny", kind: "vectors", answers: answers as never }];
  const server = await startQueryServer({ models, host: "127.0.0.1", port: 0, clock: () => 0 });
  onTestFinished(() => server.close());
  await server.publish({ sequence: 1, copy: copierOf(answers as never).copy(vectors() as never) });
  return async (path) => {
    const response = await fetch(`http://127.0.0.1:${server.address.port}${path}`);
    return [response.status, (await response.json()) as Record<string, unknown>];
  };
}

it("tells a term's place in the table, and leaves it out of a term that is not there", async () => {
  const ask = await asked();
  expect(await ask("/rank?term=dog")).toEqual([200, { sequence: 1, term: "dog", of: 5, rank: 3 }]);
  expect(await ask("/rank?term=bird")).toEqual([200, { sequence: 1, term: "bird", of: 5 }]);
});

it("gives the terms of the table page by page, and none behind the last", async () => {
  const ask = await asked();
  const page = async (from: number) => (await ask(`/terms?from=${from}&limit=2`))[1].terms as string[];
  expect([...(await page(0)), ...(await page(2)), ...(await page(4))]).toEqual(terms);
  expect((await ask("/terms?from=5"))[1]).toEqual({ sequence: 1, from: 5, of: 5, terms: [] });
  expect((await ask("/terms?limit=0"))[0]).toBe(400);
});

it("gives the cosine of each term to each", async () => {
  const ask = await asked();
  const [, { terms: told, cosines }] = await ask("/matrix?terms=the,cat,dog,queen,cat");
  expect(told).toEqual(["the", "cat", "dog", "queen"]);
  // (3, 4) has the length 5: its cosines to the axes are 0.6 and 0.8.
  const wanted = [
    [1, 0, 0, 0.6],
    [0, 1, -1, 0.8],
    [0, -1, 1, -0.8],
    [0.6, 0.8, -0.8, 1],
  ];
  for (const [row, values] of wanted.entries())
    for (const [column, value] of values.entries()) expect((cosines as number[][])[row]![column]).toBeCloseTo(value, 6);
  expect(await ask("/matrix?terms=cat,dgo")).toMatchObject([404, { suggestions: ["dog"] }]);
});

it("lays terms out when a map is first asked for, and gives the same points from then on", async () => {
  const ask = await asked();
  expect(await ask("/map?top=4")).toEqual([200, { sequence: 1, of: 5 }]);
  await expect.poll(async () => (await ask("/map?top=4"))[1].version).toBe(1);
  const [, map] = await ask("/map?top=4");
  expect(map).toMatchObject({ of: 5, count: 4 });
  expect(await ask("/map?top=4")).toEqual([200, map]);
  expect(await ask("/map?top=4&known=1")).toEqual([200, { sequence: 1, of: 5 }]);
  const bytes = Buffer.from(map.points as string, "base64");
  const points = Array.from({ length: 8 }, (_, at) => bytes.readUInt16LE(2 * at));
  expect(bytes).toHaveLength(16);
  expect(Math.max(...points)).toBe(65_535);
  for (const axis of [0, 1]) expect(Math.min(...points.filter((_, at) => at % 2 === axis))).toBe(0);
  expect(Buffer.from(map.groups as string, "base64")).toHaveLength(4);
  expect((await ask("/map?top=2"))[0]).toBe(400);
});
