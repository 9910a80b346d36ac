import { dirname } from "node:path";
import type { OperatorFunction } from "rxjs";
import type { AnyClassifier } from "../../schemas/index.js";
import { loadPipeline } from "../config/loadPipeline.js";
import { builtIn } from "../config/registry.js";
import { withInputs } from "../config/withInputs.js";
import { nodesOf } from "../graph/nodes.js";
import { textStepNodes } from "../graph/textSteps.js";
import { loadValue } from "./loadValue.js";
import { operatorsOf, textStepsOf } from "./textSteps.js";

const CONFIG = /\.(ya?ml|json)$/;

/**
 * The steps that make tokens of texts in a config, on the way to what is asked with texts if it makes that, or of the texts that the
 * classifier of a file or a run learned from.
 * @throws ConfigError if something in the config is wrong; TypeError for steps that need a value which a config has not
 */
export async function stepsFrom(place: string): Promise<OperatorFunction<unknown, unknown>[]> {
  if (!CONFIG.test(place)) return textStepsOf(place, await loadClassifier(place), builtIn);
  const { root, file } = await loadPipeline(place);
  const nodes = nodesOf(root);
  const asked = nodes.find(({ makes }) => makes.origin?.keepsTextSteps);
  const made = textStepNodes(asked ?? nodes.findLast(({ makes }) => makes.name === "tokens")!);
  const steps = made.map((node) => ({ [node.unit.name]: withInputs(node, dirname(file)) }));
  return operatorsOf(place, { steps, parts: [] }, builtIn);
}

export async function loadClassifier(path: string): Promise<AnyClassifier> {
  return (await loadValue(builtIn.kinds.get("classifier")!, path)) as AnyClassifier;
}
