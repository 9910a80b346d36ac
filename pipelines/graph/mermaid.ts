import { nodesOf, type PipelineNode } from "./nodes.js";
import type { Pipeline } from "./pipeline.js";

const SHAPES = { source: ["([", "])"], operator: ["[", "]"], model: ["{{", "}}"], sink: ["[/", "/]"] } as const;

/** The dataflow of a pipeline as a Mermaid flowchart: what each step makes stands on its arrows, dashed where
 * it is needed besides what is read; branches in boxes. */
export function mermaid(pipeline: Pipeline): string {
  const nodes = nodesOf(pipeline.root);
  const names = new Map(nodes.map((node, index) => [node, `n${index}`]));
  const draw = (node: PipelineNode) => {
    const [open, close] = SHAPES[node.unit.kind];
    return `${names.get(node)}${open}"${label(node)}"${close}`;
  };
  const shared = nodes.filter(({ branch }) => branch === undefined).map((node) => `  ${draw(node)}`);
  const branches = [...pipeline.config.branches.keys()].flatMap((branch, index) => [
    `  subgraph b${index} ["${quoted(branch)}"]`,
    ...nodes.filter((node) => node.branch === branch).map((node) => `    ${draw(node)}`),
    "  end",
  ]);
  const arrows = nodes.flatMap((node) => [
    ...node.children.map((child) => `  ${names.get(node)} -- ${node.makes.name} --> ${names.get(child)}`),
    ...node.neededBy.map((other) => `  ${names.get(node)} -. ${node.makes.name} .-> ${names.get(other)}`),
  ]);
  return ["flowchart LR", ...shared, ...branches, ...arrows, ""].join("\n");
}

/** The unit's name, and the file it writes. */
function label({ unit, options }: PipelineNode): string {
  const path = Object.entries(unit.fields).find(([, field]) => field.file === "output")?.[0];
  const written = path && typeof options[path] === "string" ? `<br>${options[path]}` : "";
  return quoted(unit.name + written);
}

const quoted = (text: string): string => text.replaceAll('"', "#quot;");
