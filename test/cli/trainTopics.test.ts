import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kinds } from "lexstream";
import { expect, it } from "vitest";

import { readWhole } from "#storage";
import { command } from "../support/command.js";
import { plantedStrongest, plantedTexts, strongestTerms } from "../support/plantedTopics.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

it.each(["ldaSampler", "plsa"])("train learns topics with %s by the standard steps", async (model) => {
  const folder = await temporaryFolder();
  const text = join(folder, "a.txt");
  await writeFile(text, `${plantedTexts(150).filter(Boolean).join("\n")}\n`);
  const out = join(folder, "topics.arrow");
  const options = ["--topics", "3", "--iterations", "60", "--min-count", "1", "--progress", "none"];
  const { code, err } = await command("train", model, text, "-o", out, ...options);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const topics = await readWhole(kinds.topics, out);
  expect(strongestTerms(topics)).toEqual(plantedStrongest);
  expect(topics.metadata.get("model")).toBe(model);
});

it.each([
  ["the cat sat on the mat", [], "cat mat sat"],
  ["the 猫 sat 和 我 的 狗", [], "sat 狗 猫"],
  ["the cat sat on the mat", ["--stop-words", "none"], "cat mat on sat the"],
])(
  "train leaves stop words out of topics, those of the text's language unless told: %s %j",
  async (line, options, kept) => {
    const folder = await temporaryFolder();
    const text = join(folder, "a.txt");
    await writeFile(text, `${line}\n${line}\n`);
    const given = ["--topics", "1", "--iterations", "1", "--min-count", "1", "--progress", "none", ...options];
    const { code, err } = await command("train", "plsa", text, "-o", join(folder, "out"), ...given);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = (await readFile(join(folder, "out", "vocab.txt"), "utf8")).trim().split("\n");
    expect(
      lines
        .map((each) => each.split(" ")[0])
        .sort()
        .join(" "),
    ).toBe(kept);
  },
);

it.each([
  ["cat sat\ncat sat\nking queen\nking queen", "cat", "sat"],
  ["猫 坐\n猫 坐\n国王 王后\n国王 王后", "国王", "王后"],
])("the run of train lsa, and its space, have the terms as vectors for whoever asks: %j", async (lines, term, near) => {
  const folder = await temporaryFolder();
  const [text, out] = [join(folder, "a.txt"), join(folder, "out")];
  await writeFile(text, `${lines}\n`);
  const options = ["--vector-size", "2", "--min-count", "1", "--mode", "whitespace", "--progress", "none"];
  expect(await command("train", "lsa", text, "-o", out, ...options)).toMatchObject({ code: 0, err: "" });
  for (const place of [out, join(out, "space.arrow")]) {
    const told = await command("neighbors", place, term, "-k", "1");
    expect(told).toMatchObject({ code: 0, out: `${term}\n  1.0000  ${near}\n` });
  }
});
