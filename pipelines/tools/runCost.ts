import { type Cost, type CostInput, fillOptions, type SizeName, type Sizes } from "../../schemas/index.js";
import { dependentsOf, duringPass, endsPass, nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { type PlannedStep, plannedHeads, plannedSteps } from "../running/plannedSteps.js";
import { loggedNodes } from "../running/planner.js";
import { MOST_LOGGED_BYTES } from "../running/streamLog.js";
import { type SampledText, sampleText } from "./sampleText.js";

/** A run of a short text: Node, the code, and what V8 lets stand before it collects. Measured with Node 20 on Linux, without threads. */
const PROCESS_BYTES = 112e6;
/** What each thread takes besides memory that is shared. */
const THREAD_BYTES = 4e6;

const none: Sizes = {
  ...{ documents: Number.NaN, tokens: Number.NaN, commonest: Number.NaN, types: Number.NaN, vocabulary: Number.NaN },
  ...{ termLength: Number.NaN, labels: Number.NaN, cells: Number.NaN, pairs: Number.NaN, cooccurrences: Number.NaN },
  ...{ batchRows: Number.NaN, rowLength: Number.NaN },
};

export const sizeNames = Object.keys(none) as SizeName[];

/** What a step takes. */
export interface StepCost {
  /** Its place in the config. */
  readonly id: string;
  readonly unit: string;
  /** Undefined where its unit declares nothing, or a run would refuse the sizes. */
  readonly cost?: Cost;
  /** Why a run would end there. */
  readonly refused?: string;
  /** The sizes that it was told. */
  readonly sizes: Sizes;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface RunCost {
  /** How the sizes are known: from so many bytes of the text, 1 / `scale` of it; undefined where none of it was read. */
  readonly sampled: Pick<SampledText, "scale" | "bytes"> | undefined;
  readonly steps: readonly StepCost[];
  readonly peak: PeakCost;
  /** Streams that are kept to be read again. */
  readonly logs: readonly LogCost[];
  /** How often each step under way reads its data. */
  readonly passes: readonly PlannedStep[];
}

/** What the log of a stream takes: memory, or a file. */
export interface LogCost {
  readonly id: string;
  readonly memory: number;
  readonly scratch: number;
}

/** The most that is taken at once. */
export interface PeakCost {
  /** The step under way. */
  readonly id: string;
  readonly bytes: number;
  /** Of them what the process and its threads take, whatever the sizes are. */
  readonly fixed: number;
  /** The steps whose part it is, what each works with or has made. */
  readonly parts: readonly { readonly id: string; readonly bytes: number }[];
}

/**
 * What a run of a pipeline will take, by what its units declare. Sizes that are given replace those that are estimated.
 * @throws the errors of the source and the steps that make tokens
 */
export async function runCost(pipeline: Pipeline, given: Partial<Sizes> = {}): Promise<RunCost> {
  const { root } = pipeline;
  const sampled = await sampleText(pipeline);
  const sizes = { ...none, ...sampled?.sample.sizes(sampled.scale), ...given };
  const termsWith = (minCount: number) =>
    given.vocabulary ?? sampled?.sample.termsWith(minCount, sampled.scale) ?? Number.NaN;
  const steps: Steps = new Map();
  for (const node of inOrder(root)) {
    const told = { ...toldBefore(node, sizes, steps), ...given };
    steps.set(node, stepCost(node, told, termsWith));
  }
  const logs = new Map(loggedNodes(nodesOf(root)).map((node) => [node, logCost(node, steps.get(node)!)]));
  const passesOf = new Map([...steps.values()].map(({ id, cost }) => [id, cost?.passes]));
  return {
    sampled: sampled && { scale: sampled.scale, bytes: sampled.bytes },
    steps: nodesOf(root).map((node) => steps.get(node)!),
    peak: peakOf(root, steps, logs),
    logs: [...logs.values()],
    passes: plannedSteps(pipeline).map(({ id, passes }) => ({ id, passes: passesOf.get(id) ?? passes })),
  };
}

/** All nodes, makers of what a node needs before it. */
function inOrder(root: PipelineNode): PipelineNode[] {
  const found = new Set<PipelineNode>();
  const add = (node: PipelineNode): void => {
    if (found.has(node)) return;
    for (const maker of [...(node.parent ? [node.parent] : []), ...node.needs.values()]) add(maker);
    found.add(node);
  };
  nodesOf(root).forEach(add);
  return [...found];
}

type Steps = Map<PipelineNode, StepCost>;

/** The sizes that a node is told: those of the text, with what the steps before it and the makers of its needs make of them. */
function toldBefore({ parent, needs }: PipelineNode, sizes: Sizes, steps: Steps): Sizes {
  const made = [...needs.values()].map((need) => steps.get(makerOf(need))!.cost?.makes);
  return Object.assign({}, parent ? toldBehind(steps.get(parent)!) : sizes, ...made);
}

/** The node that made what a node gives: a sink passes on what it reads. */
const makerOf = (node: PipelineNode): PipelineNode => (node.unit.kind === "sink" ? makerOf(node.parent!) : node);

const toldBehind = ({ sizes, cost }: StepCost): Sizes => ({ ...sizes, ...cost?.makes });

function stepCost({ id, unit, options }: PipelineNode, sizes: Sizes, termsWith: CostInput["termsWith"]): StepCost {
  const settings = fillOptions(unit, options);
  const step = { id, unit: unit.name, sizes, options: settings };
  try {
    const cost = unit.cost?.(settings as never, { sizes, termsWith });
    return cost ? { ...step, cost } : step;
  } catch (error) {
    if (error instanceof RangeError) return { ...step, refused: error.message };
    throw error;
  }
}

function logCost({ id, makes }: PipelineNode, step: StepCost): LogCost {
  const bytes = makes.log?.bytes?.(toldBehind(step)) ?? Number.NaN;
  return bytes <= MOST_LOGGED_BYTES ? { id, memory: bytes, scratch: 0 } : { id, memory: 0, scratch: bytes };
}

/** The step under way that takes most, with what is held beside it; what is not known counts nothing. */
function peakOf(root: PipelineNode, steps: Steps, logs: ReadonlyMap<PipelineNode, LogCost>): PeakCost {
  const done = new Set<PipelineNode>();
  let peak: PeakCost | undefined;
  for (const head of plannedHeads(root)) {
    const working = duringPass(head);
    const isHeld = (node: PipelineNode) => endsPass(node) && dependentsOf(node).some((each) => !done.has(each));
    const isLogged = (node: PipelineNode) => node.children.some((each) => each.startsPass && !done.has(each));
    const costOf = (node: PipelineNode) => steps.get(node)!.cost;
    const threads = working.reduce((sum, node) => sum + (costOf(node)?.threads ?? 0), 0);
    const parts = [
      ...working.map((node) => ({ id: node.id, bytes: costOf(node)?.memory.bytes ?? 0 })),
      ...[...new Set([...done].filter(isHeld).map(makerOf))].map((node) => ({
        id: node.id,
        bytes: costOf(node)?.held?.bytes ?? 0,
      })),
      ...[...working, ...done].filter(isLogged).map((node) => ({ id: node.id, bytes: logs.get(node)?.memory ?? 0 })),
    ].filter(({ bytes }) => bytes > 0);
    const fixed = PROCESS_BYTES + threads * THREAD_BYTES;
    const bytes = parts.reduce((sum, part) => sum + part.bytes, fixed);
    if (bytes > (peak?.bytes ?? 0)) peak = { id: head.id, bytes, fixed, parts };
    for (const node of working) done.add(node);
  }
  return peak!;
}
