import type { AnyUnit, ComparedText } from "../../schemas/index.js";
import { didYouMean } from "../../schemas/index.js";
import { parseConfig } from "../config/config.js";
import { formatConfig } from "../config/configText.js";
import { type LoadOptions, loadPipeline } from "../config/loadPipeline.js";
import type { Registry } from "../config/registry.js";
import { inputOption, languagesOf, standardPipeline, trainConfig } from "../config/trainConfig.js";
import { compile, cutTo } from "../graph/compile.js";
import { behind, dependentsOf, isModel, nameOf, nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { guessLanguage } from "../tools/guessLanguage.js";
import { sampleText } from "../tools/sampleText.js";

/** A model that is to be trained beside others: plain data, which another process understands. */
export interface ComparedTask {
  readonly name: string;
  /** Its config, and how that is read. */
  readonly file: string;
  readonly load: Omit<LoadOptions, "registry" | "env">;
  /** The model's node, where the config has others; all of the config if left out. */
  readonly node?: string;
}

/** The pipeline of a task: what leads to its model, and what takes the model's result. */
export async function taskPipeline({ file, load, node: id }: ComparedTask, env: LoadOptions["env"]): Promise<Pipeline> {
  const pipeline = await loadPipeline(file, { ...load, ...(env ? { env } : {}) });
  if (id === undefined) return pipeline;
  const model = nodesOf(pipeline.root).find((node) => node.id === id)!;
  return cutTo(pipeline, [model, ...takersOf(model)]);
}

/** What takes the result of a model, up to the next model. */
function takersOf(node: PipelineNode): PipelineNode[] {
  return dependentsOf(node)
    .filter((each) => !isModel(each))
    .flatMap((each) => [each, ...takersOf(each)]);
}

/**
 * A task for each model of a config.
 * @throws RangeError if it has none, or none of a wanted name
 */
export function tasksOfConfig(
  pipeline: Pipeline,
  task: Omit<ComparedTask, "name" | "node">,
  wanted: Wanted,
): ComparedTask[] {
  const models = nodesOf(pipeline.root).filter((node) => isModel(node) && !leadsToModel(node));
  const names = models.map(nameOf);
  const isAlone = (name: string) => names.indexOf(name) === names.lastIndexOf(name);
  const tasks = models.map((model) => {
    const name = isAlone(nameOf(model)) ? nameOf(model) : `${nameOf(model)}-${model.unit.name}`;
    return { ...task, name, node: model.id };
  });
  if (tasks.length === 0) throw new RangeError(`compare: ${pipeline.file} must have a step that is a model, got none`);
  return chosen(tasks, wanted);
}

/** It is a step towards another model of its branch, as the frequencies of documents are for weights. */
const leadsToModel = (node: PipelineNode) => behind(node).some((each) => isModel(each) && each.branch === node.branch);

/** Names of models; all that there are if undefined. */
type Wanted = readonly string[] | undefined;

function chosen<Named extends { readonly name: string }>(all: readonly Named[], wanted: Wanted): Named[] {
  const names = all.map(({ name }) => name);
  const unknown = wanted?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new RangeError(
      `compare: the models must be among ${names.join(", ")}, got ${JSON.stringify(unknown)}${didYouMean(unknown, names)}`,
    );
  return all.filter(({ name }) => wanted?.includes(name) ?? true);
}

/** The units that take part in a comparison over a text by themselves. */
export function comparedUnits({ units }: Registry): AnyUnit[] {
  const all = [...units.values()].filter(({ compared }) => compared);
  return all.filter(({ reads }) => !all.some(({ makes }) => makes === reads));
}

export interface CorpusRequest {
  /** A file, a glob or a folder. */
  readonly corpus: string;
  /** Texts with labels, for those that learn from them; they do not take part without. */
  readonly labelled?: string | undefined;
  readonly language?: string | undefined;
  readonly models: Wanted;
  /** Minutes that learning all that can take part may need on two processors. */
  readonly minutes: number;
  readonly seed?: number | undefined;
}

export interface CorpusConfigs {
  /** The config of each model, as text. */
  readonly configs: readonly { readonly name: string; readonly text: string }[];
  /** Models that do not take part, since there are no texts with labels. */
  readonly withoutLabels: readonly string[];
}

/**
 * A config for each model that takes part in a comparison over a text: its standard pipeline, with the options that it takes for a text of that size.
 * State: the beginning of the text.
 * @param folder where the configs are to lie
 * @throws RangeError if there is no model of a wanted name, or the language is not known; the errors of the source
 */
export async function corpusConfigs(
  request: CorpusRequest,
  registry: Registry,
  folder: string,
): Promise<CorpusConfigs> {
  const { models, labelled, minutes } = request;
  const units = comparedUnits(registry);
  const wanted = chosen(units, models);
  const trained = wanted.filter(({ compared }) => compared!.learnsFrom === undefined || labelled !== undefined);
  const plan = await planFor(request, registry);
  const sample = await sizesOf(units, plan, registry);
  const text = { ...sample, seconds: (60 * minutes) / units.length };
  return {
    configs: trained.map((unit) => ({
      name: unit.name,
      text: configText(unit, { ...plan, text }, registry, folder),
    })),
    withoutLabels: wanted.filter((unit) => !trained.includes(unit)).map(({ name }) => name),
  };
}

interface Plan extends CorpusRequest {
  readonly language: string;
}

async function planFor(request: CorpusRequest, { units }: Registry): Promise<Plan> {
  const { corpus, language } = request;
  const known = languagesOf([...units.values()]);
  if (language !== undefined && !known.includes(language))
    throw new RangeError(`compare: the language must be one of ${known.join(", ")}, got ${JSON.stringify(language)}`);
  const source = units.get("files")!;
  const option = inputOption(source)!;
  return { ...request, language: language ?? (await guessLanguage(source, option, { [option]: [corpus] })) };
}

/** Counted in the pipeline of the first unit that reads tokens. */
async function sizesOf(
  units: readonly AnyUnit[],
  plan: Plan,
  registry: Registry,
): Promise<Omit<ComparedText, "seconds">> {
  for (const unit of units.filter(({ compared }) => compared!.learnsFrom === undefined)) {
    const loaded = parseConfig(configText(unit, plan, registry, process.cwd()), "compare");
    const sampled = await sampleText(compile(loaded, { registry }));
    if (sampled) return sampled.sample.sizes(sampled.scale);
  }
  throw new RangeError("compare: a model must read tokens to tell how many there are, got none");
}

function configText(
  unit: AnyUnit,
  { corpus, labelled, language, seed, text }: Plan & { readonly text?: ComparedText },
  registry: Registry,
  folder: string,
): string {
  const { options, learnsFrom } = unit.compared!;
  const all = [...registry.units.values()];
  const behind = all.filter((other) => other.compared && other !== unit && other.reads === unit.makes);
  const chosen = new Map(Object.entries(text ? options(text) : {}));
  if (learnsFrom) chosen.set("files", { format: "labelled" });
  const training = standardPipeline(unit, behind, "files", registry);
  const files = [learnsFrom ? labelled! : corpus];
  const config = trainConfig({ ...training, files, options: chosen, language, seed }, folder);
  const { plugins } = registry;
  return formatConfig(plugins.length > 0 ? { ...config, plugins } : config);
}
