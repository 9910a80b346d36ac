import { describe, expect, it } from "vitest";
import {
  countPasses,
  duringPass,
  loadPipeline,
  loggedNodes,
  nodesOf,
  type PipelineNode,
  planPass,
  planSource,
  readyConfigs,
  readySteps,
  releasable,
} from "#pipelines";
import { allNodes, graphOf, namesOf } from "../../support/graph.js";

/** Models in two branches, which want 2 and 4 passes over ids that need the vocabulary. */
const twoModels = graphOf({
  text: {},
  tokens: { reads: "text" },
  vocabulary: { reads: "tokens", makes: "whole" },
  ids: { reads: "tokens", needs: ["vocabulary"], again: true },
  narrow: { reads: "ids", branch: "fast" },
  fast: { reads: "narrow", kind: "model", branch: "fast" },
  fastFile: { reads: "fast", kind: "sink", makes: "whole", branch: "fast" },
  wide: { reads: "ids", branch: "slow" },
  slow: { reads: "wide", kind: "model", branch: "slow" },
  slowFile: { reads: "slow", kind: "sink", makes: "whole", branch: "slow" },
  idFile: { reads: "ids", kind: "sink", branch: "file" },
});

/** A table of counts that one model fits, and whose view is written. */
const table = graphOf({
  text: {},
  counts: { reads: "text", makes: "whole" },
  view: { reads: "counts", makes: "whole" },
  viewFile: { reads: "view", kind: "sink", makes: "whole" },
  fit: { reads: "counts", kind: "model" },
  fitFile: { reads: "fit", kind: "sink", makes: "whole" },
});

/** What one branch finds in the ids, another one needs: it reads the rows again that were made of the ids. */
const acrossBranches = graphOf({
  text: {},
  vocabulary: { reads: "text", makes: "whole" },
  ids: { reads: "text", needs: ["vocabulary"], again: true },
  rows: { reads: "ids" },
  spread: { reads: "rows", makes: "whole", branch: "counts" },
  spreadFile: { reads: "spread", kind: "sink", makes: "whole", branch: "counts" },
  weighed: { reads: "rows", needs: ["spread"], again: true, branch: "labels" },
  labels: { reads: "weighed", kind: "model", branch: "labels" },
  labelsFile: { reads: "labels", kind: "sink", makes: "whole", branch: "labels" },
});

/** A whole value that streams again, to a model that wants passes of its own. */
const fromTable = graphOf({
  text: {},
  learner: { reads: "text", kind: "model" },
  ids: { reads: "text", needs: ["learner"], again: true },
  online: { reads: "ids", kind: "model" },
  rows: { reads: "ids", makes: "whole" },
  streamed: { reads: "rows" },
  late: { reads: "streamed", kind: "model" },
});

const graphs = { twoModels, table, acrossBranches, fromTable };
type Graph = Readonly<Record<string, PipelineNode>>;

/** The steps of a run over a graph in their order, and the values that go behind each. */
function stepsOf(nodes: readonly PipelineNode[]): (readonly [head: PipelineNode, released: PipelineNode[]])[] {
  const done = new Set<PipelineNode>();
  const tasks = nodes.slice(0, 1);
  const kept = new Set<PipelineNode>();
  const steps: (readonly [PipelineNode, PipelineNode[]])[] = [];
  for (let head = tasks.shift(); head; head = tasks.shift()) {
    for (const node of duringPass(head)) {
      done.add(node);
      if (node.makes.arrives === "whole") kept.add(node);
    }
    tasks.push(...readySteps(nodes, done, tasks));
    const released = releasable(kept, done);
    for (const node of released) kept.delete(node);
    steps.push([head, released]);
  }
  return steps;
}

describe("the steps of a run", () => {
  it.each<[keyof typeof graphs, readonly (readonly [head: string, released: string])[]]>([
    [
      "twoModels",
      [
        ["text", ""],
        ["ids", "vocabulary"],
        ["fastFile", "fastFile fast"],
        ["slowFile", "slowFile slow"],
      ],
    ],
    [
      "table",
      [
        ["text", ""],
        ["view", ""],
        ["fit", "counts"],
        ["viewFile", "view viewFile"],
        ["fitFile", "fit fitFile"],
      ],
    ],
    [
      "acrossBranches",
      [
        ["text", ""],
        ["ids", "vocabulary"],
        ["spreadFile", "spreadFile"],
        ["weighed", "spread"],
        ["labelsFile", "labels labelsFile"],
      ],
    ],
    [
      "fromTable",
      [
        ["text", ""],
        ["ids", "learner online"],
        ["streamed", "rows late"],
      ],
    ],
  ])("of %s begin once all is there that they read and need; a value goes behind the last that does", (name, steps) => {
    const sorted = (names: string) => names.split(" ").sort().join(" ");
    const found = stepsOf(allNodes(graphs[name]));
    expect(found.map(([head, released]) => [head.id, sorted(namesOf(released))])).toEqual(
      steps.map(([head, released]) => [head, sorted(released)]),
    );
  });

  it("that are planned are not planned again, and what is done is not begun again", () => {
    const { text, counts, view, fit } = table;
    const done = new Set([text, counts]);
    expect(namesOf(readySteps(allNodes(table), done, []))).toBe("view fit");
    expect(namesOf(readySteps(allNodes(table), done, [fit]))).toBe("view");
    expect(namesOf(readySteps(allNodes(table), done.add(view), [fit]))).toBe("viewFile");
  });

  it("wait for every value that they need", () => {
    const { text, vocabulary, ids, rows, spread } = acrossBranches;
    const nodes = allNodes(acrossBranches);
    expect(namesOf(readySteps(nodes, new Set([text]), []))).toBe("");
    expect(namesOf(readySteps(nodes, new Set([text, vocabulary]), []))).toBe("ids");
    expect(namesOf(readySteps(nodes, new Set([text, vocabulary, ids, rows]), []))).toBe("");
    expect(namesOf(readySteps(nodes, new Set([text, vocabulary, ids, rows, spread]), []))).toBe("spreadFile weighed");
  });

  it("of every ready config take in each node once, behind what it reads and needs", async () => {
    for (const name of await readyConfigs()) {
      const nodes = nodesOf((await loadPipeline(name)).root);
      const order = stepsOf(nodes).map(([head]) => duringPass(head));
      expect(
        order
          .flat()
          .map(({ id }) => id)
          .sort(),
        name,
      ).toEqual(nodes.map(({ id }) => id).sort());
      const stepOf = (node: PipelineNode) => order.findIndex((step) => step.includes(node));
      for (const node of nodes) {
        for (const maker of node.needs.values()) expect(stepOf(maker), node.id).toBeLessThan(stepOf(node));
        if (node.parent) expect(stepOf(node.parent), node.id).toBeLessThanOrEqual(stepOf(node));
      }
    }
  });
});

describe("the passes of a step", () => {
  const epochs: Readonly<Record<string, number>> = {
    fast: 2,
    slow: 4,
    fit: 25,
    labels: 3,
    learner: 2,
    online: 2,
    late: 9,
  };
  const epochsOf = ({ id }: PipelineNode) => epochs[id]!;
  const passesOf = (graph: Graph, head: string) =>
    Array.from({ length: countPasses(graph[head]!, epochsOf) }, (_, k) => {
      const { epoch, nodes, models, finishing } = planPass(graph[head]!, epochsOf, k);
      return [epoch, namesOf(nodes), namesOf(models), namesOf(finishing)].join(" | ");
    });

  it.each<[string, keyof typeof graphs, string, readonly string[]]>([
    [
      "are as many as the model wants that wants most, and later ones lead only to models that still learn",
      "twoModels",
      "ids",
      [
        "0 | ids narrow fast wide slow idFile | fast slow | ",
        "1 | ids narrow fast wide slow | fast slow | fast",
        "2 | ids wide slow | slow | ",
        "3 | ids wide slow | slow | slow",
      ],
    ],
    ["are one without a model", "acrossBranches", "ids", ["0 | ids rows spread |  | "]],
    ["are one for a fit, which has its epochs itself", "table", "fit", ["0 | fit | fit | fit"]],
    [
      "over rows that are read again are those of the models behind them",
      "acrossBranches",
      "weighed",
      ["0 | weighed labels | labels | ", "1 | weighed labels | labels | ", "2 | weighed labels | labels | labels"],
    ],
    [
      "do not know models that learn in a later step",
      "fromTable",
      "ids",
      ["0 | ids online rows | online | ", "1 | ids online | online | online"],
    ],
  ])("%s", (_, graph, head, passes) => expect(passesOf(graphs[graph], head)).toEqual(passes));

  it("are one over the source, whatever its models want", () => {
    const { epoch, nodes, finishing } = planSource(fromTable.text);
    expect([epoch, namesOf(nodes), namesOf(finishing)]).toEqual([0, "text learner", "learner"]);
  });
});

describe("the logs of a run", () => {
  it.each<[keyof typeof graphs, string]>([
    ["twoModels", "tokens"],
    ["table", ""],
    ["acrossBranches", "text rows"],
  ])("of %s are of the streams that are read again, each once", (name, logged) => {
    expect(namesOf(loggedNodes(allNodes(graphs[name])))).toBe(logged);
  });
});
