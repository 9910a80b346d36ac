/** What the commands say of terms that are not in the vocabulary of vectors with subwords. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { run } from "#runtime";
import { writeVectors } from "#sinks";
import { characterVectors } from "../support/characterVectors.js";
import { command } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const rows = { man: [1, 0, 1], king: [1, 1, 1], 后: [-1, 1, 1], 苹果: [0, -1, -1] };

async function files(): Promise<(name: string) => string> {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  const old = characterVectors(rows, { 女: [-1, 0, 1], r: [1, 1, 3] });
  const young = characterVectors({ ...rows, 女: [-1, 0, 1], rrr: [1, 1, -3] }, {});
  await run(of(old).pipe(writeVectors({ path: at("old.arrow") })));
  await run(of(young).pipe(writeVectors({ path: at("new.arrow") })));
  return at;
}

async function said(...args: string[]): Promise<string> {
  const { code, out, err } = await command(...args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
}

it("neighbors and analogy name those that were made", async () => {
  const path = (await files())("old.arrow");
  expect(await said("neighbors", path, "女", "man", "-k", "1")).toBe(
    "女 (not in the vocabulary, made of its subwords)\n  0.8165  后\nman\n  0.8165  king\n",
  );
  expect(JSON.parse(await said("neighbors", path, "女", "man", "--json"))).toMatchObject([
    { term: "女", madeOfSubwords: true },
    { term: "man" },
  ]);
  expect(await said("analogy", path, "man", "king", "女", "-k", "1")).toMatch(
    /^man is to king as 女 is to \(not in the vocabulary, made of subwords: 女\)\n {2}0\.98\d\d {2}后\n$/,
  );
  const known = JSON.parse(await said("analogy", path, "man", "king", "后", "-k", "1", "--json"));
  expect(known).toMatchObject({ a: "man", b: "king", c: "后", method: "3CosAdd", answers: [{ term: "苹果" }] });
  expect(known).not.toHaveProperty("madeOfSubwords");
  expect(JSON.parse(await said("analogy", path, "女", "king", "r", "--json"))).toMatchObject({
    madeOfSubwords: ["女", "r"],
  });
});

it("drift compares them where it is told to, apart from the others", async () => {
  const at = await files();
  const args = ["drift", at("old.arrow"), at("new.arrow"), "--top", "2", "-k", "1"];
  const plain = await said(...args);
  expect(plain).toMatch(/^4 terms compared; 0 only in the old; 2 \(女, rrr\) only in the new\n/);
  const more = await said(...args, "--unseen");
  expect(more.startsWith(plain)).toBe(true);
  // cos((1, 1, 3), (1, 1, -3)) = -7 / 11
  expect(more.slice(plain.length)).toBe(`
made of subwords: 2 terms of the new by the old, 0 of the old by the new
                                     mean    10%    50%    90%    max
cosine distance, spaces aligned     0.818  0.000  0.000  1.636  1.636
cosine distance, as they are        0.818  0.000  0.000  1.636  1.636
furthest from what was made (aligned, as it is, Jaccard index)
  1.636  1.636  0.000  rrr (made by the old)
      gone: king
      come: 苹果
  0.000  0.000  1.000  女 (made by the old)
      gone: none
      come: none
`);
  const { unseen } = JSON.parse(await said(...args, "--unseen", "--json"));
  expect(unseen).toMatchObject({ madeByOld: 2, madeByNew: 0, moved: [{ madeBy: "old" }, { madeBy: "old" }] });
});

it("compare says which model made the neighbours of a term", async () => {
  const at = await files();
  const out = await said("compare", at("old.arrow"), at("new.arrow"), "--terms", "女,man", "-k", "1");
  expect(out.split("\n").slice(-4)).toEqual([
    "term  in both  A                      B",
    "女    1        (made of subwords) 后  后",
    "man   1        king                   king",
    "",
  ]);
});

it("map draws them, points them out and names them", async () => {
  const at = await files();
  const out = await said("map", at("old.arrow"), "-o", at("map.svg"), "--terms", "女,man");
  expect(out).toMatch(/^drew 4 terms to .*\nnot in the vocabulary, made of subwords: 女\n$/);
  const drawing = readFileSync(at("map.svg"), "utf8");
  expect(drawing).toContain("Not in the vocabulary, made of subwords: 女.");
  expect(drawing.match(/M[\d.]+ [\d.]+h0/g)).toHaveLength(5);
  expect(drawing.match(/class="marked"[^>]*>[^<]*/g)?.map((label) => label.split(">")[1])).toEqual(["女", "man"]);

  const near = await said("map", at("old.arrow"), "-o", at("near.html"), "--neighbors-of", "r", "--top", "2", "--json");
  expect(JSON.parse(near)).toMatchObject({
    ...{ drawn: 3, of: 4, what: '"r" and the 2 terms nearest to it', madeOfSubwords: ["r"] },
  });
  expect(await command("map", at("old.arrow"), "-o", at("none.svg"), "--terms", "man,火")).toEqual({
    ...{ code: 1, out: "", err: 'Vectors: unknown term "火"\n' },
  });
});
