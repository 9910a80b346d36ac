import { join } from "node:path";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { Vectors } from "#kernels";
import { layOut } from "#operators";
import { builtIn, loadValue } from "#pipelines";
import type { TermLayout } from "#schemas";
import { writeLayout } from "#sinks";
import { openTable } from "#storage";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

function circle(count: number): Vectors {
  const terms = Array.from({ length: count }, (_, n) => `${n % 2 === 0 ? "猫" : "dog"}${n}`);
  const values = terms.flatMap((_, n) => [Math.cos(n), Math.sin(n), 0.1 * Math.cos(5 * n)]);
  return new Vectors({ terms, values: Float32Array.from(values), vectorSize: 3, metadata: new Map([["model", "m"]]) });
}

describe("writeLayout", () => {
  it.each(["layout.arrow", "layout.parquet"])("writes what is read again: %s", async (name) => {
    const path = join(await temporaryFolder(), name);
    const [written] = await collect(from([circle(9)]).pipe(layOut({ method: "pca" }), writeLayout({ path })));
    const kind = builtIn.kinds.get("layout")!;
    const read = (await loadValue(kind, path)) as TermLayout;
    expect(read).toEqual(written);
    const map = kind.answers!.questions.find((question) => question.name === "map")!;
    expect(await map.answer(read as never, { top: 4 } as never)).toMatchObject({ of: 9, count: 4, versions: [1] });
    expect(() => map.answer(read as never, { top: 4, version: 2 } as never)).toThrow("layout 2 is not kept");
  });

  it.each(["layout.arrow", "layout.parquet"])("writes the places of earlier epochs as columns: %s", async (name) => {
    const path = join(await temporaryFolder(), name);
    const epochs = from([circle(9), circle(9), circle(9)]);
    const [written] = await collect(epochs.pipe(layOut({ snapshots: 3 }), writeLayout({ path })));
    const kind = builtIn.kinds.get("layout")!;
    const read = (await loadValue(kind, path)) as TermLayout;
    expect(read).toEqual(written);
    expect((await openTable(path)).columns.map((column) => column.name)).toEqual(
      ["term", "x", "y", "cluster"].concat(["x1", "y1", "x2", "y2"]),
    );
    const map = kind.answers!.questions.find((question) => question.name === "map")!;
    expect(await map.answer(read as never, { top: 4 } as never)).toMatchObject({ version: 3, versions: [1, 2, 3] });
    const first = await map.answer(read as never, { top: 4, version: 1 } as never);
    expect(first).toMatchObject({
      ...{ version: 1, count: 4, neighborsKept: written!.earlier[0]!.neighborsKept },
      points: Buffer.from(written!.earlier[0]!.points.buffer, 0, 16).toString("base64"),
    });
    expect(() => map.answer(read as never, { top: 4, version: 4 } as never)).toThrow(
      "layout 4 is not kept; the last one is 3",
    );
  });

  it("refuses a format that holds no tables, at the call", () => {
    expect(() => writeLayout({ path: "layout.txt" })).toThrow(/^writeLayout: /);
  });
});
