import { join } from "node:path";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { Vectors } from "#kernels";
import { layOut } from "#operators";
import { builtIn, loadValue } from "#pipelines";
import type { TermLayout } from "#schemas";
import { writeLayout } from "#sinks";
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

  it("refuses a format that holds no tables, at the call", () => {
    expect(() => writeLayout({ path: "layout.txt" })).toThrow(/^writeLayout: /);
  });
});
