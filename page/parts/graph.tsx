import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import type { RunMoment } from "../api.js";
import { strings } from "../strings/strings.js";
import { Picture, type TableData } from "./picture.js";
import { Scroll } from "./scroll.js";

export interface GraphNode {
  readonly id: string;
  readonly unit: string;
  readonly kind: "source" | "operator" | "model" | "sink";
  readonly branch?: string;
  readonly file?: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly data: string;
    readonly isNeed: boolean;
  }[];
}

export interface Placed {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
}

const [WIDTH, HEIGHT, ACROSS, DOWN] = [182, 46, 198, 76];

/** Each node below the one that it reads, in the middle above those that read it; leaves stand side by side. */
export function placeNodes({ nodes, edges }: Graph): ReadonlyMap<string, Placed> {
  const placed = new Map<string, Placed>();
  const childrenOf = (id: string) => edges.filter(({ from, isNeed }) => from === id && !isNeed).map(({ to }) => to);
  let leaves = 0;
  const place = (id: string, depth: number): number => {
    const node = nodes.find((each) => each.id === id)!;
    const below = childrenOf(id).map((child) => place(child, depth + 1));
    const x = below.length > 0 ? (below[0]! + below.at(-1)!) / 2 : leaves++ * ACROSS;
    placed.set(id, { node, x, y: depth * DOWN });
    return x;
  };
  const [root] = nodes;
  if (root) place(root.id, 0);
  return placed;
}

interface GraphPictureProps {
  readonly graph: Graph;
  /** How the run stands, while it is under way: what is told of it is drawn anew, and the graph around it is not. */
  readonly moment: ReadonlySignal<RunMoment | undefined>;
}

export function GraphPicture({ graph, moment }: GraphPictureProps): JSX.Element {
  const { run } = strings.value;
  const placed = placeNodes(graph);
  const all = [...placed.values()];
  const width = Math.max(...all.map(({ x }) => x)) + WIDTH + 2;
  const height = Math.max(...all.map(({ y }) => y)) + HEIGHT + 2;
  return (
    <Picture title={run.graph} table={() => tableOf(graph, moment.value)}>
      <p class="caption">{run.graphHint}</p>
      <Governing graph={graph} moment={moment} />
      <Scroll label={run.graph} class="whole">
        <svg
          class="graph"
          width={width}
          height={height}
          viewBox={`-1 -1 ${width} ${height}`}
          role="img"
          aria-label={run.graph}
        >
          {graph.edges.map(({ from, to, data, isNeed }) => {
            const [a, b] = [placed.get(from)!, placed.get(to)!];
            return (
              <path key={`${from} ${to}`} class={isNeed ? "need" : ""} d={line(a, b)}>
                <title>{data}</title>
              </path>
            );
          })}
          {all.map((each) => (
            <Node key={each.node.id} placed={each} graph={graph} moment={moment} />
          ))}
        </svg>
      </Scroll>
    </Picture>
  );
}

function Node({ placed: { node, x, y }, graph, moment }: GraphPictureProps & { readonly placed: Placed }): JSX.Element {
  const now = moment.value;
  const port = portOf(node, now);
  const below = speedOf(node, now) || node.file;
  const isGoverning = governingStep(graph, now) === node.id;
  const classes = [node.kind, now?.step === node.id ? "now" : "", isGoverning ? "governs" : ""].join(" ");
  return (
    <g class={classes} transform={`translate(${x} ${y})`}>
      <rect width={WIDTH} height={HEIGHT} rx={node.kind === "source" || node.kind === "model" ? 14 : 4} />
      <text x={WIDTH / 2} y={below ? 17 : 28}>
        {node.unit}
      </text>
      {below && (
        <text class="file" x={WIDTH / 2} y={33}>
          {below}
        </text>
      )}
      {port && <Fill held={port.inFlight} most={port.highWater} />}
    </g>
  );
}

function Governing({ graph, moment }: GraphPictureProps): JSX.Element | null {
  const { run } = strings.value;
  if (!moment.value) return null;
  const governing = governingStep(graph, moment.value);
  return <p>{governing === undefined ? run.governsNone : run.governs(unitIn(governing))}</p>;
}

function tableOf({ nodes, edges }: Graph, now: RunMoment | undefined): TableData {
  const { run, columns } = strings.value;
  const rows = nodes.map((node) => {
    const { id, unit, branch = "", file = "" } = node;
    const port = portOf(node, now);
    const makes = edges.filter(({ from }) => from === id).map(({ data, to }) => `${data} → ${unitIn(to)}`);
    const queue = port ? run.port(port.inFlight, port.highWater) : "";
    return [unit, branch, file, speedOf(node, now), queue, [...new Set(makes)].join(", ")];
  });
  const head = [columns.step, run.branch, run.file, run.speedColumn, run.portColumn, run.makes];
  return { caption: run.graph, head, rows };
}

const portOf = ({ id }: GraphNode, now: RunMoment | undefined) => now?.ports.find(({ name }) => name === id);

function speedOf({ id }: GraphNode, now: RunMoment | undefined): string {
  const speed = now?.tokensPerSecond[id];
  return speed === undefined ? "" : strings.value.run.tokensPerSecond(speed);
}

/** Of the steps whose queues are full, the last in the order of the graph: the source waits for it, and the others wait no longer than that. */
function governingStep({ nodes }: Graph, moment: RunMoment | undefined): string | undefined {
  const full = moment?.ports.filter(({ inFlight, highWater }) => inFlight >= highWater).map(({ name }) => name) ?? [];
  return nodes.findLast(({ id }) => full.includes(id))?.id;
}

const Fill = ({ held, most }: { readonly held: number; readonly most: number }): JSX.Element => (
  <>
    <rect class="mark" x="8" y={HEIGHT - 8} width={WIDTH - 16} height="5" />
    <rect class="held" x="8" y={HEIGHT - 8} width={((WIDTH - 16) * Math.min(held, most)) / most} height="5" />
  </>
);

/** `steps/1/tokenize` -> `tokenize` */
const unitIn = (id: string): string => id.split("/").at(-1)!;

function line(from: Placed, to: Placed): string {
  const [x1, y1, x2, y2] = [from.x + WIDTH / 2, from.y + HEIGHT, to.x + WIDTH / 2, to.y];
  if (y2 > y1) return `M ${x1} ${y1} C ${x1} ${(y1 + y2) / 2}, ${x2} ${(y1 + y2) / 2}, ${x2} ${y2}`;
  // to a node beside or above: out at the side and in at the other
  const side = to.x > from.x ? WIDTH : 0;
  const [sx, sy, tx, ty] = [from.x + side, from.y + HEIGHT / 2, to.x + WIDTH - side, to.y + HEIGHT / 2];
  return `M ${sx} ${sy} C ${(sx + tx) / 2} ${sy}, ${(sx + tx) / 2} ${ty}, ${tx} ${ty}`;
}
