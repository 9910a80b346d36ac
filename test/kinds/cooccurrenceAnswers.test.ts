import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { builtIn, loadValue } from "#pipelines";
import { copierOf, type ModelToServe, startQueryServer } from "#serve";
import { command } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

// Windows of one word on each side: a b, b a, a b | a c. Counts: a 3, b 2, c 1.
const corpus = "a b a b\na c\n";
const config = `
source: { files: { paths: corpus.txt, format: lines } }
steps:
  - tokenize
  - buildVocab: { minCount: 1 }
  - writeVocabulary: { path: vocab.txt }
  - encode
  - windowContexts: { windowSize: 1, sample: 0 }
  - accumulateCooccurrence
  - writeCooccurrence: { path: table.arrow }
`;

/** A server of the table and the vocabulary of a run over the corpus; gives the status and the answer to a path. */
async function asked(): Promise<(path: string) => Promise<readonly [status: number, answer: Record<string, unknown>]>> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.txt"), corpus);
  writeFileSync(join(folder, "c.yaml"), config);
  const made = await command("run", join(folder, "c.yaml"), "--out", join(folder, "run"), "--progress", "none");
  expect(made, made.err).toMatchObject({ code: 0 });
  const files = { cooccurrence: "table.arrow", vocabulary: "vocab.txt" } as const;
  const kinds = Object.keys(files).map((kind) => builtIn.kinds.get(kind)!);
  const models = kinds.map(({ name, answers }): ModelToServe => ({ name, kind: name, answers: answers as never }));
  const server = await startQueryServer({ models, host: "127.0.0.1", port: 0, clock: () => 0 });
  onTestFinished(() => server.close());
  for (const kind of kinds) {
    const value = await loadValue(kind, join(folder, "run", files[kind.name as keyof typeof files]));
    await server.publish({ sequence: 1, copy: await copierOf(kind.answers as never).copy(value as never) }, kind.name);
  }
  return async (path) => {
    const response = await fetch(`http://127.0.0.1:${server.address.port}${path}`);
    return [response.status, (await response.json()) as Record<string, unknown>];
  };
}

it("answers from what a run counted: frequencies, partners by weight and PMI, and the weights of pairs", async () => {
  const ask = await asked();
  const told = { terms: 3, tokens: 6, sequence: 1 };
  expect(await ask("/frequency?term=b")).toEqual([200, { term: "b", count: 2, rank: 2, ...told }]);
  expect((await ask("/frequency?term=zebra"))[0]).toBe(404);

  // a and b stand side by side three times, a and c once; each pair is told from both sides: 8 in all.
  const [, partners] = await ask("/cooccurrence?term=a&by=weight");
  expect(partners).toMatchObject({ term: "a", total: 4, of: 2 });
  // ln(3 * 8 / (4 * 3)) and ln(1 * 8 / (4 * 1)): both stand with nothing but a.
  const pmi = expect.closeTo(Math.log(2), 12);
  const [b, c] = [
    { term: "b", weight: 3, pmi },
    { term: "c", weight: 1, pmi },
  ];
  expect(partners.partners).toEqual([b, c]);
  expect((await ask("/cooccurrence?term=a&minWeight=2"))[1]).toMatchObject({ of: 2, partners: [b] });
  expect((await ask("/cooccurrence?term=a&by=weight&k=1"))[1].partners).toEqual([b]);
  expect((await ask("/cooccurrence?term=zebra"))[0]).toBe(404);

  const weights = [
    [0, 1, 3],
    [1, 0, 0],
    [3, 0, 0],
  ];
  expect(await ask("/cells?terms=a,c,b,a")).toEqual([200, { sequence: 1, terms: ["a", "c", "b"], weights }]);
  expect((await ask("/cells?terms=a,zebra"))[0]).toBe(404);
});
