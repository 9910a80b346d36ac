import { describe, expect, it } from "vitest";
import { KeptValues, type PipelineNode } from "#pipelines";
import { graphOf } from "../../support/graph.js";

/** A table on the disk, a view of it, and what reads the view. */
function prepare() {
  const released: unknown[] = [];
  const data = { release: (value: unknown) => released.push(value) };
  const graph = graphOf({
    text: {},
    table: { reads: "text", makes: "whole", data },
    view: { reads: "table", makes: "whole", data },
    writer: { reads: "view", kind: "sink", makes: "whole" },
  });
  const map = new Map<PipelineNode, unknown>();
  const values = new KeptValues(map);
  values.keep(graph.table, "cells");
  values.keep(graph.view, "view of cells");
  return { ...graph, values, map, released };
}

describe("the whole values of a run", () => {
  it("are there for what reads and needs them, by name", () => {
    const { vocabulary, ids } = graphOf({
      text: {},
      vocabulary: { reads: "text", makes: "whole" },
      ids: { reads: "text", needs: ["vocabulary"], again: true },
    });
    const values = new KeptValues(new Map());
    values.keep(vocabulary, ["a", "b"]);
    expect(values.of(vocabulary)).toEqual(["a", "b"]);
    expect(values.neededBy(ids)).toEqual({ vocabulary: ["a", "b"] });
  });

  it("stay until the last that reads one is done, and what they hold besides memory until no view is left", () => {
    const { table, view, writer, values, map, released } = prepare();
    values.release(new Set([table, view]));
    expect([[...map.keys()], released]).toEqual([[view], []]);
    values.release(new Set([table, view, writer]));
    expect([[...map.keys()], released]).toEqual([[], ["cells", "view of cells"]]);
    values.release(new Set([table, view, writer]));
    expect(released).toHaveLength(2);
  });

  it("are not kept where nobody reads them", () => {
    const { writer, values, map } = prepare();
    values.keep(writer, "view of cells");
    expect(map.has(writer)).toBe(false);
  });

  it("must have been made", () => {
    const { writer, values } = prepare();
    expect(() => values.of(writer)).toThrow("writer: must make writer's, got nothing");
  });
});
