import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { attendedWords, attentionOf, builtIn, openAttention } from "#pipelines";
import { readLanguageModelFiles } from "../../../dist/storage/models/languageModelFiles.js";
import reference from "../../reference/attention.json" with { type: "json" };
import { command } from "../../support/command.js";
import { served } from "../../support/served.js";

const fixture = (name: string) => `test/fixtures/${name}`;
const open = async (name: string) =>
  openAttention("attention", await readLanguageModelFiles(join(fixture(name), "model.safetensors")), builtIn);
const numbers = (heads: readonly (readonly (readonly number[])[])[]) => heads.flat(2);

describe.each(["gpt2", "bert"] as const)("attention of a checkpoint: %s", (name) => {
  it.each(reference[name])("is that of transformers: $text", async ({ text, ids, layers }) => {
    const model = await open(name);
    expect((await attentionOf("attention", model, { text })).layer).toBe(layers.length);
    for (const [k, expected] of layers.entries()) {
      const { heads, terms } = await attentionOf("attention", model, { text, layer: k + 1 });
      expect(terms).toHaveLength(ids.length);
      const found = heads.flatMap((weights) => [...weights]);
      expect(found).toHaveLength(expected.length);
      expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
    }
    model.reader.close();
  });

  it("is printed whole, and asked over HTTP", async () => {
    const { text, layers } = reference[name][1]!;
    const printed = JSON.parse((await command("attention", fixture(name), text, "--layer", "1", "--json")).out);
    const url = await served(fixture(name));
    const asked = await (await fetch(`${url}/attention?text=${encodeURIComponent(text)}&layer=1`)).json();
    expect(asked).toEqual({ sequence: 1, ...printed });
    for (const [i, value] of numbers(printed.heads).entries()) expect(value).toBeCloseTo(layers[0]![i]!, 5);
    const fault = await (await fetch(`${url}/attention?text=${encodeURIComponent(text)}&layer=3`)).json();
    expect(fault).toEqual({ error: "attention: the layer must be one of 1 to 2, got 3" });
  });
});

it("shows the words that each word looks at most", async () => {
  const model = await open("gpt2");
  const found = await attentionOf("attention", model, { text: reference.gpt2[0]!.text });
  expect(found.words).toEqual(["the", "cat", "sat", "on", "the", "mat"]); // of seven pieces
  const [first, second] = attendedWords("attention", found, { k: 2 });
  expect(first).toEqual({ word: "the", attends: [{ word: "the", place: 0, weight: expect.closeTo(1, 6) }] }); // nothing is before it
  expect(second!.attends.map(({ word }) => word).sort()).toEqual(["cat", "the"]);
  expect(second!.attends.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 6);
  const { out } = await command("attention", fixture("gpt2"), "the cat", "--head", "1", "-k", "1");
  expect(out).toMatch(/^the {2}1\.0000 {2}the\ncat {2}\d\.\d{4} {2}(the|cat)\n$/);
});

it("shows what stands around a text as words of their own", async () => {
  const { out } = await command("attention", fixture("bert"), "猫 unable", "-k", "1");
  expect(out.split("\n").map((line) => line.split(" ")[0])).toEqual(["[CLS]", "猫", "unable", "[SEP]", ""]);
});

describe("is refused in one line", () => {
  it.each([
    [["a ".repeat(17)], "attention: the text must have at most 16 terms, got 33; give a shorter one"],
    [["the", "--layer", "9"], "attention: the layer must be one of 1 to 2, got 9"],
    [["the", "--head", "3"], "attention: the head must be one of 1 to 2, got 3"],
    [["the", "--layer", "0"], 'attention: --layer must be an integer >= 1, got "0"'],
    [["the", "--json", "-k", "2"], "attention: --json must stand without --head and -k, since it prints all heads and"],
  ])("%s", async (args, message) => {
    const { code, err } = await command("attention", fixture("gpt2"), ...args);
    expect(code).not.toBe(0);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toContain(message);
  });
});
