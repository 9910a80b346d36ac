import type { Pipeline } from "./pipeline.js";
import { type GraphNode, pipelineGraph } from "./pipelineGraph.js";

const SHAPES = { source: ["([", "])"], operator: ["[", "]"], model: ["{{", "}}"], sink: ["[/", "/]"] } as const;

/** The dataflow of a pipeline as a Mermaid flowchart: what each step makes stands on its arrows, dashed where
 * it is needed besides what is read; branches in boxes. */
export function mermaid(pipeline: Pipeline): string {
  const { nodes, edges, branches } = pipelineGraph(pipeline);
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const draw = (node: GraphNode) => {
    const [open, close] = SHAPES[node.kind];
    return `${names.get(node.id)}${open}"${label(node)}"${close}`;
  };
  const shared = nodes.filter(({ branch }) => branch === undefined).map((node) => `  ${draw(node)}`);
  const boxes = branches.flatMap((branch, index) => [
    `  subgraph b${index} ["${quoted(branch)}"]`,
    ...nodes.filter((node) => node.branch === branch).map((node) => `    ${draw(node)}`),
    "  end",
  ]);
  const arrows = edges.map(({ from, to, data, isNeed }) => {
    const arrow = isNeed ? `-. ${data} .->` : `-- ${data} -->`;
    return `  ${names.get(from)} ${arrow} ${names.get(to)}`;
  });
  return ["flowchart LR", ...shared, ...boxes, ...arrows, ""].join("\n");
}

/** The unit's name, and the file it writes. */
const label = ({ unit, file }: GraphNode): string => quoted(file === undefined ? unit : `${unit}<br>${file}`);

const quoted = (text: string): string => text.replaceAll('"', "#quot;");
