import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { command } from "../support/command.js";
import { smallRun } from "../support/smallRun.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

let folder: string;

/** A finished run with such losses of its models. */
function run(name: string, losses: Readonly<Record<string, readonly number[]>>): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const epochs = (values: readonly number[]) => values.map((meanLoss) => ({ examples: 10, meanLoss }));
  const manifest = {
    ...{ inputs: [], outputs: [], config: {} },
    losses: Object.fromEntries(Object.entries(losses).map(([model, values]) => [model, epochs(values)])),
  };
  writeFileSync(join(path, "manifest.json"), JSON.stringify(manifest));
  return path;
}

beforeEach(async () => {
  folder = await temporaryFolder();
});

describe("lexstream plot", () => {
  it("draws each epoch's loss, with the runs' letters, first and last values", async () => {
    const { code, out } = await command("plot", run("one", { word2vec: [4, 2, 1] }), run("two", { word2vec: [3, 3] }));
    expect(code).toBe(0);
    const lines = out.split("\n");
    expect(lines[0]).toBe("word2vec: mean loss per example, by epoch");
    expect(lines[1]).toMatch(/^ {3}4\.0000 ┤a/);
    expect(lines[12]).toMatch(/^ {3}1\.0000 ┤ .*a$/);
    expect(out.match(/b/g)!.length).toBe(3 + 1); // two epochs, the list, and "by"
    expect(out).toContain("  a  one: 4.0000 to 1.0000\n  b  two: 3.0000 to 3.0000\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("has a plot for each model, and for an only epoch or equal losses, too", async () => {
    const { out } = await command(
      "plot",
      run("runs/x", { glove: [0.05], word2vec: [2, 2] }),
      run("more/x", { glove: [0.04] }),
    );
    expect(out).toMatch(/^glove: [\s\S]*\n\nword2vec: /);
    expect(out).toMatch(/a {2}.*runs\/x: 0\.050000\n {2}b {2}.*more\/x: 0\.040000\n/); // one name: told by their paths
    expect(out).toContain("2.0000 to 2.0000");
  });

  it("tells the figures as JSON", async () => {
    const { out } = await command("plot", run("one", { word2vec: [4, 2] }), "--json");
    expect(JSON.parse(out)).toEqual([{ model: "word2vec", curves: [{ run: "one", losses: [4, 2] }] }]);
  });

  it("writes a drawing, and a page with a table, of names that look like markup, too", async () => {
    const path = run("<b>&", { word2vec: [4, 2] });
    for (const ending of ["svg", "html"]) {
      const output = join(folder, `loss.${ending}`);
      expect((await command("plot", path, "-o", output)).out).toBe(`wrote ${output}\n`);
      const text = readFileSync(output, "utf8");
      expect(text).toContain("&lt;b&gt;&amp;: 4.0000 to 2.0000");
      expect(text).not.toContain("<b>");
      expect(text.includes('<tr><th scope="row">2</th><td>2.0000</td></tr>')).toBe(ending === "html");
    }
  });

  it("reads what a run writes", async () => {
    const manifest = await smallRun(folder);
    const { out } = await command("plot", join(folder, "out"), "--json");
    const [panel] = JSON.parse(out);
    expect(panel.curves[0].losses).toEqual(manifest.losses[panel.model]!.map(({ meanLoss }) => meanLoss));
  });

  it.each([
    ["nowhere", /^plot: .*nowhere\/manifest\.json must be the manifest of a finished run, got ENOENT$/],
    ["idle", /^plot: .*idle must be a run that learned a model, got one without losses$/],
  ])("refuses a folder that is %s", async (name, message) => {
    run("idle", {});
    const { code, err } = await command("plot", join(folder, name));
    expect(code).toBe(1);
    expect(err.trimEnd()).toMatch(message);
  });
});
