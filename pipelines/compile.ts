import { posix } from "node:path";
import { checkOptions, type DataType, type FileUse, fillOptions, suggest, type UnitSchema } from "../schemas/index.js";
import type { ConfigStep, LoadedConfig, PipelineConfig } from "./config.js";
import { ConfigError, type ConfigPath, type ConfigProblem } from "./configText.js";
import { CROISSANT } from "./croissant.js";
import { REJECTED } from "./deadLetters.js";
import { faultOfMaking } from "./faultOfMaking.js";
import { duringPass, isResumable, nodesOf, type PipelineNode } from "./nodes.js";
import { registry, unitSchemas } from "./registry.js";
import { CHECKPOINT, MANIFEST, SCRATCH } from "./runDirectory.js";
import { LOCK } from "./runLock.js";
import { unwritableTerms } from "./writableTerms.js";

export interface Pipeline {
  readonly file: string;
  readonly config: PipelineConfig;
  readonly root: PipelineNode;
}

export interface CompileOptions {
  /** Values for options that a step does not give, wherever a unit has them: `seed`, `workers`. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/**
 * Checks every unit and option of a config and joins the steps into a tree. Each shared step reads the one before it; a branch
 * starts from the last shared step that makes what its first step reads.
 * @throws ConfigError that lists every fault with its position
 */
export function compile(loaded: LoadedConfig, { defaults = {} }: CompileOptions = {}): Pipeline {
  const { config, file, locate } = loaded;
  const problems: ConfigProblem[] = [];
  const refuse = (path: ConfigPath, message: string) => void problems.push({ path, message });
  const { seed, maxRejected } = config;
  const known = { seed, ...(maxRejected === undefined ? {} : { maxRejected }), ...defaults };

  const root = makeNode(config.source, undefined, undefined, known, refuse);
  const shared = root ? [root] : [];
  for (const step of config.steps) addStep(step, shared, undefined);
  for (const [branch, steps] of config.branches) {
    if (steps.length === 0) refuse(["branches", branch], "a branch must have at least one step");
    const chain = [...shared];
    for (const step of steps) addStep(step, chain, branch);
  }
  if (root) problems.push(...clashingOutputs(root), ...openEnds(root), ...waitingForTheEnd(root));
  if (root && problems.length === 0) problems.push(...unwritableTerms(root)); // which needs options that hold
  if (problems.length > 0 || !root) throw new ConfigError(file, problems.map(locate));
  return { file, config, root };

  /** Appends a step to a chain: after its last node, or, as the first of a branch, after the last that makes what it reads. */
  function addStep(step: ConfigStep, chain: PipelineNode[], branch: string | undefined): void {
    const parentOf = (reads: DataType): PipelineNode | undefined => {
      const last = chain.at(-1);
      const startsBranch = branch !== undefined && last?.branch === undefined;
      const candidates = startsBranch ? chain.toReversed() : chain.slice(-1);
      return candidates.find((node) => node.unit.schema.produces === reads);
    };
    const schema = registry.get(step.unit)?.schema;
    const parent = schema && parentOf(schema.consumes);
    if (schema && !parent && chain.length > 0) {
      const found = chain.at(-1)!.unit.schema;
      refuse(
        step.path,
        `${schema.name} reads ${schema.consumes}, but ${found.name} before it makes ${found.produces}; ${bridge(found.produces, schema.consumes)}`,
      );
    }
    const node = makeNode(step, parent, branch, known, refuse);
    if (!node) return;
    parent?.children.push(node);
    chain.push(node);
  }
}

function makeNode(
  step: ConfigStep,
  parent: PipelineNode | undefined,
  branch: string | undefined,
  defaults: Readonly<Record<string, unknown>>,
  refuse: (path: ConfigPath, message: string) => void,
): PipelineNode | undefined {
  const wantsSource = step.path[0] === "source";
  const unit = registry.get(step.unit);
  if (!unit || (unit.schema.kind === "source") !== wantsSource) {
    if (step.unit !== "") refuse(step.path, unknownUnit(step.unit, wantsSource));
    return undefined;
  }
  const { schema } = unit;
  const applicable = Object.entries(defaults).filter(([option]) => Object.hasOwn(schema.fields, option));
  const options = { ...Object.fromEntries(applicable), ...step.options };
  const faults = checkOptions(schema, options);
  for (const { option, message } of faults) {
    refuse(option === undefined ? step.path : [...step.path, option], `${schema.name}: ${message}`);
  }
  const node = { id: step.path.join("/"), unit, options, branch, parent, children: [] };
  if (faults.length > 0) return node;
  const fault = faultOfMaking(unit, options);
  if (fault) refuse(placeOf(fault, schema, step.path), fault);
  return { ...node, options: fillOptions(schema, options) };
}

/** Where a unit's fault stands: at the option that its message begins with, if that is given. */
function placeOf(fault: string, { name, fields }: UnitSchema, path: ConfigPath): ConfigPath {
  const option = Object.keys(fields).find((each) => fault.startsWith(`${name}: ${each} `));
  return option === undefined ? path : [...path, option];
}

function unknownUnit(name: string, wantsSource: boolean): string {
  const known = unitSchemas()
    .filter(({ kind }) => (kind === "source") === wantsSource)
    .map((schema) => schema.name);
  const near = suggest(name, known);
  const kind = wantsSource ? "source" : "step";
  return `unknown ${kind} "${name}"${near ? `; did you mean ${near}?` : ""}; known ${kind}s are ${known.join(", ")}`;
}

/** Which step would make what was missing; one that reads what is there, if there is one. */
function bridge(makes: DataType, reads: DataType): string {
  const makers = unitSchemas().filter(({ consumes, produces }) => produces === reads && consumes !== reads);
  const fitting = makers.filter(({ consumes }) => consumes === makes);
  const names = (fitting.length > 0 ? fitting : makers).map(({ name }) => name);
  return names.length > 0 ? `put ${names.join(" or ")} in between` : `nothing makes ${reads}`;
}

/** A pipeline cut down to some of its nodes and what leads to them. */
export function cutTo(pipeline: Pipeline, nodes: Iterable<PipelineNode>): Pipeline {
  const kept = new Set<PipelineNode>();
  for (const node of nodes) for (let on: PipelineNode | undefined = node; on; on = on.parent) kept.add(on);
  const copy = (node: PipelineNode, parent: PipelineNode | undefined): PipelineNode => {
    const made: PipelineNode = { ...node, parent, children: [] };
    made.children.push(...node.children.filter((child) => kept.has(child)).map((child) => copy(child, made)));
    return made;
  };
  return { ...pipeline, root: copy(pipeline.root, undefined) };
}

/** Outputs are relative to the run's folder, stay inside it, and have one writer each. */
function clashingOutputs(root: PipelineNode): ConfigProblem[] {
  const writers = new Map<string, string>();
  return nodesOf(root).flatMap((node) =>
    writtenPaths(node).flatMap(([option, path]) => {
      const place = placeOfPath(path);
      const places = [place, ...besides(node).map(placeOfPath)];
      const fault = faultOfPlace(place) ?? places.map((each) => clash(each, writers)).find(Boolean);
      for (const each of places) writers.set(each, node.id);
      const message = `${option} must ${fault}, got ${JSON.stringify(path)}`;
      return fault ? [{ path: [...node.id.split("/"), option], message }] : [];
    }),
  );
}

const placeOfPath = (path: string) => posix.normalize(path.replaceAll("\\", "/"));

/** What a node writes beside what its options name. */
const besides = ({ unit, options }: PipelineNode) => ("besides" in unit && unit.besides?.(options)) || [];

/** What must hold of a place beside those of other writers, and does not. */
function clash(place: string, writers: ReadonlyMap<string, string>): string | undefined {
  for (const [other, writer] of writers) {
    if (other === place) return `have one writer, but ${writer} writes ${place}, too`;
    if (place.startsWith(`${other}/`) || other.startsWith(`${place}/`))
      return `be no file and folder at once, but ${writer} writes ${other}`;
  }
  return undefined;
}

type NamedPath = readonly [option: string, path: string];

/** The options of a node that name a file to be made. */
export const outputPaths = (node: PipelineNode): NamedPath[] => pathsOf(node, "output");

/** Those that name a file of the run's folder that outlives the run. */
export const journalPaths = (node: PipelineNode): NamedPath[] => pathsOf(node, "journal");

export const writtenPaths = (node: PipelineNode): NamedPath[] => [...outputPaths(node), ...journalPaths(node)];

function pathsOf({ options, unit }: PipelineNode, use: FileUse): NamedPath[] {
  return Object.entries(unit.schema.fields)
    .filter(([option, field]) => field.file === use && typeof options[option] === "string")
    .map(([option]) => [option, options[option] as string]);
}

/** What must hold of a normalised output path and does not. */
function faultOfPlace(place: string): string | undefined {
  const [first = ""] = place.split("/");
  const isInside = place !== "." && first !== ".." && !/^(\/|[A-Za-z]:)/.test(place) && !place.includes("\0");
  if (!isInside) return "stay inside the run's folder";
  if (place.endsWith("/")) return "name a file, not a folder";
  const isReserved = [MANIFEST, SCRATCH, CHECKPOINT, REJECTED, CROISSANT].includes(first) || first.startsWith(LOCK);
  return isReserved ? `leave ${first} to the run` : undefined;
}

/** What follows a source without end must neither need the end of the text nor write files that only end with it. */
function waitingForTheEnd(root: PipelineNode): ConfigProblem[] {
  const { name, endless } = root.unit.schema;
  if (!endless) return [];
  const waiting = root.children.flatMap(duringPass).filter((node) => !isResumable(node));
  return waiting.map((node) => {
    const { name: step, consumes } = node.unit.schema;
    const isBetter = consumes === "tokens" && registry.has("growVocab");
    const instead = isBetter ? "; growVocab learns the vocabulary while the text passes" : "";
    return { path: node.id.split("/"), message: `${step} needs the end of the text, but ${name} never ends${instead}` };
  });
}

/** A chain that makes something which nobody writes, learns from or shows would be work for nothing. */
function openEnds(root: PipelineNode): ConfigProblem[] {
  const isEnd = ({ unit }: PipelineNode) => unit.schema.kind === "sink" || unit.schema.kind === "model";
  return nodesOf(root)
    .filter((node) => node.children.length === 0 && !isEnd(node))
    .map((node) => ({
      path: node.id.split("/"),
      message: `${node.unit.schema.name} makes ${node.unit.schema.produces} that no step reads; end the pipeline in a model or a sink`,
    }));
}
