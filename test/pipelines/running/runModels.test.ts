import { describe, expect, it } from "vitest";
import { type PipelineNode, RunModels } from "#pipelines";
import { Ledger } from "#runtime";
import { graphOf } from "../../support/graph.js";

type Origin = ReadonlyMap<string, string>;
const origin = {
  of: ({ origin }: { readonly origin: Origin }) => origin,
  with: (value: object, origin: Origin) => ({ ...value, origin }),
};
const { fast, slow, fit } = graphOf({
  text: {},
  fast: { reads: "text", kind: "model", data: { origin } as never },
  slow: { reads: "text", kind: "model" },
  table: { reads: "text", makes: "whole" },
  fit: { reads: "table", kind: "model" },
});

function prepare(learns = "update") {
  const log: string[] = [];
  const create = ({ id }: PipelineNode) => {
    log.push(`made ${id}`);
    return {
      [learns]: () => {},
      result: async () => ({ origin: new Map([["model", id]]) }),
      snapshot: () => ({ origin: new Map([["model", `${id} so far`]]) }),
      close: () => log.push(`closed ${id}`),
    };
  };
  const metadata = async () => new Map([["corpus", "c0ffee"]]);
  return { log, models: new RunModels({ create, metadata, ledger: new Ledger() }) };
}

describe("the models of a run", () => {
  it("are made once, when first asked for, and closed at the end", async () => {
    const { log, models } = prepare();
    expect(models.of(fast)).toBe(models.of(fast));
    models.of(slow);
    await models.finish(fast);
    await models.close();
    expect(log).toEqual(["made fast", "made slow", "closed fast", "closed slow"]);
  });

  it("say once how they compute, as soon as they know it", () => {
    let known: string | undefined;
    const create = () => ({ update: () => {}, notice: () => known });
    const models = new RunModels({ create, ledger: new Ledger() });
    expect(models.noticeOf(fast)).toBeUndefined();
    known = "engine wasm";
    expect([models.noticeOf(fast), models.noticeOf(fast)]).toEqual(["engine wasm", undefined]);
  });

  it("say in their results where those come from, where the kind has a place for it", async () => {
    const { models } = prepare();
    const named = [
      ["model", "fast"],
      ["corpus", "c0ffee"],
    ] as const;
    expect(await models.finish(fast)).toEqual({ origin: new Map(named) });
    expect(await models.finish(slow)).toEqual({ origin: new Map([["model", "slow"]]) });
  });

  it("give what they have learned so far to a chore, those that it is of", async () => {
    const { log, models } = prepare();
    const taken: unknown[] = [];
    const chore = {
      every: () => 1,
      of: (node: PipelineNode) => node === fast,
      run: async ({ id }: PipelineNode, take: () => Promise<unknown>) => void taken.push([id, await take()]),
    };
    await models.snapshots(chore, [fast, slow]);
    const origin = new Map([
      ["model", "fast so far"],
      ["corpus", "c0ffee"],
    ]);
    expect(taken).toEqual([["fast", { origin }]]);
    expect(log).toEqual(["made fast"]);
  });

  it("must be able to learn from what comes to them", () => {
    expect(() => prepare().models.of(fit)).toThrow(/^fit: must have fit to learn from table's, got a model without$/);
    expect(() => prepare("fit").models.of(fast)).toThrow(/^fast: must have update/);
  });
});
