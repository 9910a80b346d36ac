import { fileURLToPath } from "node:url";
import { of } from "rxjs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  builtIn,
  loadLanguageModel,
  type OpenLanguageModel,
  openLanguageModel,
  openTargets,
  type PlaceInContext,
  vectorInContext,
} from "#pipelines";
import { run } from "#runtime";
import { writeVectors } from "#sinks";
import { characterVectors } from "../../support/characterVectors.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const place = (sentence: string, target: string): PlaceInContext => {
  const start = sentence.indexOf(target);
  return { sentence, start, end: start + target.length };
};
const all = { layers: { kind: "all" }, pooling: "mean" } as const;

describe("vectors of targets", () => {
  const text = "the cat sat on the mat";
  let gpt: OpenLanguageModel;
  beforeAll(async () => {
    gpt = await openLanguageModel("eval", await loadLanguageModel(fixture("gpt2")), builtIn);
  });

  it("are those that each layer of a language model gives the word where it stands, and their mean", async () => {
    const targets = await openTargets("eval", fixture("gpt2"), all, []);
    expect(targets.ways).toEqual(["layer 0", "layer 1", "layer 2", "mix"]);
    const vectors = await targets.read([place("a mat", "mat"), place(text, "sat")]);
    for (const [layer, byPlace] of vectors.slice(0, 3).entries()) {
      const layers = { kind: "one", layer } as const;
      const alone = await vectorInContext("eval", gpt, { text, term: "sat", pooling: "mean", layers });
      expect([...byPlace[1]!]).toEqual([...alone].map((value) => expect.closeTo(value, 5)));
    }
    const mean = (d: number) => (vectors[0]![1]![d]! + vectors[1]![1]![d]! + vectors[2]![1]![d]!) / 3;
    expect([...vectors[3]![1]!]).toEqual([...vectors[3]![1]!.keys()].map((d) => expect.closeTo(mean(d), 5)));
  });

  it("are of one layer that is chosen, also of a model that reads both sides", async () => {
    const one = { layers: { kind: "last" }, pooling: "first" } as const;
    const targets = await openTargets("eval", fixture("bert"), one, []);
    expect(targets.ways).toEqual(["layer 2"]);
    const [vectors] = await targets.read([place(text, "cat"), place(text, "cat"), place("the cat", "cat")]);
    expect(vectors![0]).toEqual(vectors![1]);
    expect(vectors![0]).not.toEqual(vectors![2]);
    await expect(
      openTargets("eval", fixture("bert"), { ...one, layers: { kind: "one", layer: 3 } }, []),
    ).rejects.toThrow(/^layers: the layer must be one of the network's, 0 to 2, got 3$/);
  });

  it("are the same in any company", async () => {
    const targets = await openTargets("eval", fixture("bert"), all, []);
    const places = [place(text, "cat"), place("a cat", "cat"), place("the dog ate it all at once", "ate")];
    const together = await targets.read(places);
    for (const [k, one] of places.entries()) {
      const alone = await targets.read([one]);
      for (const [way, vectors] of alone.entries())
        expect([...together[way]![k]!]).toEqual([...vectors[0]!].map((value) => expect.closeTo(value, 5)));
    }
  });

  it("are static ones of the word, and the mean of those around it; Chinese is cut at the target's ends", async () => {
    const path = `${await temporaryFolder()}/static.vec`;
    const rows = { the: [1, 0, 0], cat: [0, 1, 0], sat: [0, 0, 4], 苹果: [1, 2, 3], 公司: [3, 0, 0], 在: [0, 0, 1] };
    await run(of(characterVectors(rows, {})).pipe(writeVectors({ path })));
    const english = [place("The cat sat here", "cat"), place("zebra", "zebra")];
    const targets = await openTargets("eval", path, all, english);
    expect(targets.ways).toEqual(["word", "context"]);
    const [word, context] = await targets.read(english);
    expect(word).toEqual([Float32Array.of(0, 1, 0), undefined]);
    expect(context).toEqual([Float32Array.of(0.5, 0, 2), undefined]); // of "the" and "sat"
    const chinese = [place("苹果公司在北京", "苹果")];
    const [apple, around] = await (await openTargets("eval", path, all, chinese)).read(chinese);
    expect(apple).toEqual([Float32Array.of(1, 2, 3)]);
    expect(around).toEqual([Float32Array.of(1.5, 0, 0.5)]);
  });
});
