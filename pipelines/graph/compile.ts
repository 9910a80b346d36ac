import { posix } from "node:path";
import {
  type AnyUnit,
  checkOptions,
  didYouMean,
  fillOptions,
  isPlainObject,
  numbersAsTexts,
  show,
} from "../../schemas/index.js";
import { CROISSANT, HISTORY, REJECTED, SCRATCH } from "../../schemas/runFolder.js";
import { orderOfBranches } from "../config/branchOrder.js";
import type { ConfigStep, LoadedConfig, PipelineConfig } from "../config/config.js";
import { ConfigError, type ConfigPath, type ConfigProblem } from "../config/configError.js";
import { faultOfMaking } from "../config/faultOfMaking.js";
import { withOutsidePaths } from "../config/optionPaths.js";
import { builtIn, type Registry } from "../config/registry.js";
import { CHECKPOINT, MANIFEST } from "../record/runDirectory.js";
import { LOCK } from "../record/runLock.js";
import {
  dependentsOf,
  duringPass,
  isFinished,
  isModel,
  isResumable,
  makerFor,
  nodesOf,
  type PipelineNode,
} from "./nodes.js";
import { spoiltSteps, unusualDefaults } from "./notes.js";
import { mustReadAgain } from "./passes.js";
import type { Pipeline } from "./pipeline.js";
import { textStepNodes } from "./textSteps.js";
import { unwritableData } from "./writableData.js";
import { writtenPaths } from "./writtenPaths.js";

export interface CompileOptions {
  /** Values for options that a step does not give, wherever a unit has them: `seed`, `workers`. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** The units and kinds of data that the config may use; those that ship if left out. */
  readonly registry?: Registry;
}

/**
 * Checks every unit and option of a config and joins the steps into a graph. Each shared step reads the one before it; a branch starts
 * from the last shared step that makes what its first step reads. A step that needs finished values reads the nearest step above it that
 * makes what it reads, and takes each value from the nearest step above it that makes that, or from the end of a branch that it names.
 * @throws ConfigError that lists every fault with its position
 */
export function compile(loaded: LoadedConfig, options: CompileOptions = {}): Pipeline {
  const { config, file, locate } = loaded;
  const { registry = builtIn } = options;
  const compiler = new Compiler(loaded, registry, options.defaults ?? {});
  const { root, problems } = compiler.compile();
  if (root) problems.push(...clashingOutputs(root), ...openEnds(root), ...waitingForTheEnd(root, registry));
  if (root) problems.push(...nodesOf(root).flatMap(withoutEpochs));
  if (root && config.checkpoint.every !== "never") problems.push(...withoutForm(root));
  if (root && problems.length === 0) problems.push(...unwritableData(root)); // which needs options that hold
  if (problems.length > 0 || !root) throw new ConfigError(file, problems.map(locate));
  const nodes = nodesOf(root);
  return {
    ...{ file, config, root, registry, locate, defaulted: loaded.defaulted },
    warnings: nodes.flatMap(spoiltSteps).map(locate),
    notes: nodes.flatMap((node) => unusualDefaults(node, loaded)).map(locate),
  };
}

type Refuse = (path: ConfigPath, message: string) => void;

class Compiler {
  readonly problems: ConfigProblem[] = [];
  readonly #config: PipelineConfig;
  readonly #loaded: LoadedConfig;
  readonly #registry: Registry;
  readonly #defaults: Readonly<Record<string, unknown>>;
  /** The chain of each branch that is joined by now. */
  readonly #chains = new Map<string, readonly PipelineNode[]>();
  readonly #refuse: Refuse = (path, message) => void this.problems.push({ path, message });

  constructor(loaded: LoadedConfig, registry: Registry, defaults: Readonly<Record<string, unknown>>) {
    const { seed, maxRejected } = loaded.config;
    this.#config = loaded.config;
    this.#loaded = loaded;
    this.#registry = registry;
    this.#defaults = { seed, ...(maxRejected === undefined ? {} : { maxRejected }), ...defaults };
  }

  compile(): { readonly root: PipelineNode | undefined; readonly problems: ConfigProblem[] } {
    const { source, steps, branches } = this.#config;
    const root = this.#makeNode(source, undefined, undefined, [], {});
    const shared = root ? [root] : [];
    const inBranches = [...branches.values()].flat();
    for (const [k, step] of steps.entries())
      this.#addStep(step, shared, undefined, [...steps.slice(k + 1), ...inBranches]);
    for (const branch of orderOfBranches(branches, this.#refuse)) {
      const chain = [...shared];
      const own = branches.get(branch)!;
      for (const [k, step] of own.entries()) this.#addStep(step, chain, branch, own.slice(k + 1));
      this.#chains.set(branch, chain);
    }
    return { root, problems: this.problems };
  }

  /** Appends a step to a chain, and joins it to what it reads and needs. */
  #addStep(
    step: ConfigStep,
    chain: PipelineNode[],
    branch: string | undefined,
    following: readonly ConfigStep[],
  ): void {
    const unit = this.#registry.units.get(step.unit);
    const parent = unit && this.#parentOf(unit, chain, branch);
    if (unit && !parent && chain.length > 0) {
      const found = chain.at(-1)!;
      this.#refuse(
        step.path,
        `${unit.name} reads ${unit.reads}, but ${found.unit.name} before it makes ${found.makes.name}; ${this.#bridge(found.makes.name, unit.reads)}`,
      );
    }
    const wanted = this.#wantedBy(following, step.unit);
    const node = this.#makeNode(step, parent, branch, chain, wanted);
    if (!node) return;
    parent?.children.push(node);
    for (const maker of [...node.needs.values(), ...keptWith(node)]) maker.neededBy.push(node);
    chain.push(node);
  }

  /** The options that the steps that follow were made for; where two were made for others, the step keeps its own. */
  #wantedBy(following: readonly ConfigStep[], name: string): Readonly<Record<string, unknown>> {
    const wishes = following.flatMap(({ unit }) =>
      Object.entries(this.#registry.units.get(unit)?.upstream?.[name] ?? {}),
    );
    const isAgreed = ([option, value]: (typeof wishes)[number]) =>
      wishes.every(([other, wish]) => other !== option || wish === value);
    return Object.fromEntries(wishes.filter(isAgreed));
  }

  /** The last of the chain, or, for the first of a branch and for a step that needs more, the nearest that makes what it reads. */
  #parentOf({ reads, needs }: AnyUnit, chain: readonly PipelineNode[], branch: string | undefined) {
    const startsBranch = branch !== undefined && chain.at(-1)?.branch === undefined;
    const candidates = startsBranch || needs ? chain.toReversed() : chain.slice(-1);
    return candidates.find(({ makes }) => makes.name === reads);
  }

  #makeNode(
    { unit: name, options: given, path }: ConfigStep,
    parent: PipelineNode | undefined,
    branch: string | undefined,
    chain: readonly PipelineNode[],
    wanted: Readonly<Record<string, unknown>>,
  ): PipelineNode | undefined {
    const wantsSource = path[0] === "source";
    const unit = this.#registry.units.get(name);
    if (!unit || (unit.kind === "source") !== wantsSource) {
      if (name !== "") this.#refuse(path, this.#unknownUnit(name, wantsSource));
      return undefined;
    }
    const { named, rest } = this.#namedNeeds(unit, given, path);
    const applicable = Object.entries(this.#defaults).filter(([option]) => Object.hasOwn(unit.fields, option));
    const written = numbersAsTexts(unit, rest, this.#loaded.written(path));
    const placed = withOutsidePaths(unit, written, this.#loaded, path);
    const options = { ...Object.fromEntries(applicable), ...wanted, ...placed };
    const faults = checkOptions(unit, options);
    for (const { option, message } of faults)
      this.#refuse(option === undefined ? path : [...path, option], `${unit.name}: ${message}`);
    const settings = faults.length > 0 ? options : fillOptions(unit, options);
    const fault = faults.length > 0 ? undefined : faultOfMaking(unit, settings, this.#registry.kinds.get(unit.reads));
    if (fault) this.#refuse(placeOf(fault, unit, path), fault);
    const needs = this.#needsOf(unit, { named, options }, chain, path);
    const startsPass = parent !== undefined && (unit.readsAgain || mustReadAgain(parent, needs.values()));
    if (startsPass && !parent.makes.log)
      this.#refuse(
        path,
        `${unit.name} must read ${unit.reads} again, which cannot be kept; put it behind ${unit.reads} that can`,
      );
    return {
      id: path.join("/"),
      unit,
      options: settings,
      branch,
      makes: this.#registry.kinds.get(unit.makes)!,
      parent,
      children: [],
      needs,
      namedNeeds: named,
      neededBy: [],
      startsPass,
    };
  }

  /** `needs: { topics: lda }` apart from the unit's own options. */
  #namedNeeds(unit: AnyUnit, options: ConfigStep["options"], path: ConfigPath) {
    const { needs: named, ...rest } = options;
    if (!unit.needs || named === undefined) return { named: {}, rest: options };
    const known = Object.keys(unit.needs);
    const entries = isPlainObject(named) ? Object.entries(named) : [];
    if (!isPlainObject(named))
      this.#refuse(
        [...path, "needs"],
        `${unit.name}: needs must be a map of ${known.join(", ")} to branches, got ${show(named)}`,
      );
    for (const [need, branch] of entries) {
      if (!known.includes(need))
        this.#refuse([...path, "needs", need], `${unit.name}: unknown need "${need}"; it needs ${known.join(", ")}`);
      else if (typeof branch !== "string" || !this.#config.branches.has(branch)) {
        const branches = [...this.#config.branches.keys()].join(", ") || "none";
        this.#refuse(
          [...path, "needs", need],
          `${unit.name}: ${need} must name a branch (${branches}), got ${show(branch)}`,
        );
      }
    }
    return { named: Object.fromEntries(entries) as Record<string, string>, rest };
  }

  /** The maker of each value that a unit needs. */
  #needsOf(
    { name, needs = {}, needsInFiles = {} }: AnyUnit,
    { named, options }: { readonly named: Readonly<Record<string, string>>; readonly options: ConfigStep["options"] },
    chain: readonly PipelineNode[],
    path: ConfigPath,
  ): Map<string, PipelineNode> {
    const makers = new Map<string, PipelineNode>();
    for (const [need, kind] of Object.entries(needs)) {
      const branch = named[need];
      const option = needsInFiles[need];
      const isInFile = option !== undefined && options[option] !== undefined;
      if (isInFile && branch !== undefined)
        this.#refuse(
          [...path, "needs", need],
          `${name}: either ${option} or needs must say which ${kind} it takes, got both`,
        );
      if (isInFile) continue;
      const orFile = option === undefined ? "" : `, or name a file as ${option}`;
      const from = branch === undefined ? chain : (this.#chains.get(branch) ?? []);
      const maker = from.findLast(({ makes }) => makes.name === kind);
      if (maker) makers.set(need, maker);
      else if (branch === undefined)
        this.#refuse(
          path,
          `${name} needs ${kind}, which no step above it makes; ${this.#bridge(chain.at(-1)?.makes.name, kind)}${orFile}`,
        );
      else if (this.#chains.has(branch))
        this.#refuse([...path, "needs", need], `${name} needs ${kind}, which branch ${branch} does not make`);
    }
    return makers;
  }

  #unknownUnit(name: string, wantsSource: boolean): string {
    const fitting = [...this.#registry.units.values()].filter(({ kind }) => (kind === "source") === wantsSource);
    const known = fitting.map((unit) => unit.name);
    const kind = wantsSource ? "source" : "step";
    return `unknown ${kind} "${name}"${didYouMean(name, known)}; known ${kind}s are ${known.join(", ")}`;
  }

  /** Which step would make what was missing; one that takes what is there, if there is one. */
  #bridge(there: string | undefined, missing: string): string {
    const takes = ({ reads, needs }: AnyUnit): string[] => (needs ? Object.values(needs) : [reads]);
    const makers = [...this.#registry.units.values()].filter(
      (unit) => unit.makes === missing && unit.reads !== missing,
    );
    const fitting = makers.filter((unit) => there !== undefined && takes(unit).includes(there));
    const names = (fitting.length > 0 ? fitting : makers).map(({ name }) => name);
    return names.length > 0 ? `put ${names.join(" or ")} in between` : `nothing makes ${missing}`;
  }
}

/** The makers of values that steps of texts need and what a node makes is written with. */
function keptWith(node: PipelineNode): PipelineNode[] {
  if (!node.makes.origin?.keepsTextSteps || !isModel(node)) return [];
  return textStepNodes(node).flatMap(({ needs }) => [...needs.values()]);
}

/** Where a unit's fault stands: at the option that its message begins with, if that is given. */
function placeOf(fault: string, { name, fields }: AnyUnit, path: ConfigPath): ConfigPath {
  const option = Object.keys(fields).find((each) => fault.startsWith(`${name}: ${each} `));
  return option === undefined ? path : [...path, option];
}

/** A pipeline cut down to some of its nodes and what leads to them. */
export function cutTo(pipeline: Pipeline, nodes: Iterable<PipelineNode>): Pipeline {
  const copies = new Map<PipelineNode, PipelineNode>();
  const copyOf = (node: PipelineNode): PipelineNode => {
    const known = copies.get(node);
    if (known) return known;
    const parent = node.parent && copyOf(node.parent);
    const needs = new Map([...node.needs].map(([need, maker]) => [need, copyOf(maker)]));
    const copy: PipelineNode = { ...node, parent, needs, children: [], neededBy: [] };
    copies.set(node, copy);
    return copy;
  };
  for (const node of nodes) copyOf(node);
  const kept = (list: readonly PipelineNode[]) => list.flatMap((node) => copies.get(node) ?? []);
  for (const [node, copy] of copies) {
    copy.children.push(...kept(node.children));
    copy.neededBy.push(...kept(node.neededBy));
  }
  return { ...pipeline, root: copyOf(pipeline.root) };
}

/** What a node wants of epochs, where what it reads was made by no model. */
function withoutEpochs(node: PipelineNode): ConfigProblem[] {
  const { id, unit, options } = node;
  const maker = makerFor(node);
  const { count = 1 } = unit.snapshots?.(options as never) ?? {};
  if (count === 1 || !maker || isModel(maker)) return [];
  const message = `${unit.name}: snapshots must be of a model, whose epochs they are of, got ${count} behind ${maker.unit.name}`;
  return [{ path: [...id.split("/"), "snapshots"], message }];
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
const besides = ({ unit, options }: PipelineNode) => unit.besides?.(options as never) ?? [];

/** What must hold of a place beside those of other writers, and does not. */
function clash(place: string, writers: ReadonlyMap<string, string>): string | undefined {
  for (const [other, writer] of writers) {
    if (other === place) return `have one writer, but ${writer} writes ${place}, too`;
    if (place.startsWith(`${other}/`) || other.startsWith(`${place}/`))
      return `be no file and folder at once, but ${writer} writes ${other}`;
  }
  return undefined;
}

/** What must hold of a normalised output path and does not. */
function faultOfPlace(place: string): string | undefined {
  const [first = ""] = place.split("/");
  const isInside = place !== "." && first !== ".." && !/^(\/|[A-Za-z]:)/.test(place) && !place.includes("\0");
  if (!isInside) return "stay inside the run's folder";
  if (place.endsWith("/")) return "name a file, not a folder";
  const isReserved =
    [MANIFEST, SCRATCH, CHECKPOINT, REJECTED, CROISSANT, HISTORY].includes(first) || first.startsWith(LOCK);
  return isReserved ? `leave ${first} to the run` : undefined;
}

/** What follows a source without end must neither need the end of the text nor write files that only end with it. */
function waitingForTheEnd(root: PipelineNode, { units }: Registry): ConfigProblem[] {
  const { name, endless } = root.unit;
  if (!endless) return [];
  const waiting = root.children.flatMap(duringPass).filter((node) => !isResumable(node));
  return waiting.map((node) => {
    const { name: step, reads, makes, resumable } = node.unit;
    const growing = [...units.values()].find(
      (unit) => unit.reads === reads && !unit.needs && unit.resumable && unit.makes !== reads,
    );
    const other = resumable ? "with other options it" : growing && makes !== reads ? growing.name : undefined;
    const instead = other ? `; ${other} goes on while the text passes` : "";
    return { path: node.id.split("/"), message: `${step} needs the end of the text, but ${name} never ends${instead}` };
  });
}

/** A whole value that later steps want stays until they are done, and a checkpoint must be able to keep it. */
function withoutForm(root: PipelineNode): ConfigProblem[] {
  return nodesOf(root)
    .filter((node) => isFinished(node) && !node.makes.table && dependentsOf(node).length > 0)
    .map((node) => ({
      path: node.id.split("/"),
      message: `${node.unit.name} makes ${node.makes.name}, which checkpoints cannot keep: its kind must have a table, or checkpoint.every be never`,
    }));
}

/** A chain that makes something which nobody writes, learns from or shows would be work for nothing. */
function openEnds(root: PipelineNode): ConfigProblem[] {
  const isEnd = ({ unit }: PipelineNode) => unit.kind === "sink" || unit.kind === "model";
  return nodesOf(root)
    .filter((node) => dependentsOf(node).length === 0 && !isEnd(node))
    .map((node) => ({
      path: node.id.split("/"),
      message: `${node.unit.name} makes ${node.makes.name} that no step reads; end the pipeline in a model or a sink`,
    }));
}
