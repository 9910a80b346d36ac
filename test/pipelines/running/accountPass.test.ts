import { describe, expect, it } from "vitest";
import { accountPass, type Conservation, type PipelineNode, StageAccount } from "#pipelines";
import { Ledger, TOOK } from "#runtime";
import { graphOf } from "../../support/graph.js";

const data = { amounts: { tokens: (tokens: number) => tokens } } as never;

/** Ids of 10 tokens, of which encode leaves 3 out, to two models. */
const graph = graphOf({
  text: { data },
  tokens: { reads: "text", data },
  ids: { reads: "tokens", data, again: true },
  fast: { reads: "ids", kind: "model", branch: "fast" },
  fastFile: { reads: "fast", kind: "sink", makes: "whole", branch: "fast" },
  slow: { reads: "ids", kind: "model", branch: "slow" },
});

function pass(nodes: readonly PipelineNode[], lost = 3, why = "belowMinCount"): Map<PipelineNode, StageAccount> {
  const ledger = new Ledger();
  const stages = new Map(nodes.map((node) => [node, new StageAccount(node, ledger)]));
  for (const [node, account] of stages) {
    account.count("reached", node.id === "ids" ? 10 : 7);
    account.count("passedOn", 7);
    if (node.id === "ids") account.own.add(why, lost);
    if (node.unit.kind === "model") account.own.add(TOOK, 7);
  }
  return stages;
}

function prepare() {
  const ledger = new Ledger();
  ledger.add("read", 10);
  const leftOut = new Map<PipelineNode, ReadonlyMap<string, number>>();
  return { ledger, accounts: new Map<string, Conservation>(), leftOut, logs: new Map<PipelineNode, never>() };
}

const shown = (accounts: ReadonlyMap<string, Conservation>) =>
  [...accounts.values()].map(({ branch, epochs, read, used, belowMinCount }) => [
    branch,
    epochs,
    read,
    used,
    belowMinCount,
  ]);

describe("the account of a pass", () => {
  it("is added to that of each branch that took part", () => {
    const state = prepare();
    const { ids, fast, slow } = graph;
    accountPass(state, ids, pass([ids, fast, slow]));
    accountPass(state, ids, pass([ids, slow]));
    expect(shown(state.accounts)).toEqual([
      ["fast", 1, 10, 7, 3],
      ["slow", 2, 20, 14, 6],
    ]);
  });

  it.each(["belowMinCount", "truncated", "joined", "dropped", "replaced"] as const)(
    "adds up with tokens that are %s",
    (why) => {
      const state = prepare();
      const { ids, fast } = graph;
      accountPass(state, ids, pass([ids, fast], 3, why));
      expect(state.accounts.get("fast")).toMatchObject({ read: 10, used: 7, [why]: 3 });
    },
  );

  it("is that of a model, too, which begins the pass itself", () => {
    const state = prepare();
    state.ledger.add("rejected", 3);
    for (const _ of [1, 2]) accountPass(state, graph.slow, pass([graph.slow]));
    expect(shown(state.accounts)).toEqual([["slow", 2, 20, 14, 0]]);
  });

  it("knows what was left out on the way to the log that the pass reads", () => {
    const state = prepare();
    const { text, tokens, ids, rows, late } = graphOf({
      text: { data },
      tokens: { reads: "text", data },
      ids: { reads: "tokens", data, again: true },
      rows: { reads: "ids", data },
      late: { reads: "rows", kind: "model", again: true },
    });
    for (const logged of [tokens, rows]) state.logs.set(logged, undefined as never);
    accountPass(state, text, pass([tokens], 0));
    accountPass(state, ids, pass([ids, rows]));
    accountPass(state, ids, pass([ids, rows], 2)); // the log is that of the first epoch
    for (const _ of [1, 2]) accountPass(state, late, pass([late]));
    expect(state.leftOut.get(rows)).toEqual(new Map([["belowMinCount", 3]]));
    expect(shown(state.accounts)).toEqual([["all", 2, 20, 14, 6]]);
  });

  it("must add up", () => {
    const { ids, fast, slow } = graph;
    expect(() => accountPass(prepare(), ids, pass([ids, fast, slow], 2))).toThrow(
      /^conservation: fast: read 10 = used 7 \+ below minCount 2 .* must add up, got 9$/,
    );
  });
});
