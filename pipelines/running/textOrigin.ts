import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type DataKind, FILE_TEXT, type NamedText, TEXT_PARTS, TEXT_STEPS, WEIGHT_STEPS } from "../../schemas/index.js";
import type { PipelineNode } from "../graph/nodes.js";
import { textStepNodes, textSteps, weightSteps } from "../graph/textSteps.js";
import { packValue, type TextStepParts } from "../tools/textSteps.js";
import type { KeptValues } from "./keptValues.js";

type Options = Readonly<Record<string, unknown>>;

/**
 * What a value is told of the steps that made tokens of texts, as a config writes them. Of one that is asked with texts, also what their files
 * and the values that they need hold, so that whoever has the value needs nothing else; and how the terms of documents were weighed. State:
 * those, as text.
 */
export async function textOrigin(
  node: PipelineNode,
  optionsOf: (node: PipelineNode) => Options,
  values: KeptValues,
): Promise<[key: string, value: string][]> {
  const { keepsTextSteps, tellsTextSteps } = node.makes.origin ?? {};
  if (tellsTextSteps) return [[TEXT_STEPS, JSON.stringify(textSteps(node))]];
  if (!keepsTextSteps) return [];
  const parts = await Promise.all(textStepNodes(node).map((step) => partsOf(step, optionsOf(step), values)));
  const hasParts = parts.some((part) => Object.keys(part).length > 0);
  const weights = weightSteps(node);
  return [
    [TEXT_STEPS, JSON.stringify(textSteps(node))],
    ...(weights.length > 0 ? [[WEIGHT_STEPS, JSON.stringify(weights)] as [string, string]] : []),
    ...(hasParts ? [[TEXT_PARTS, JSON.stringify(parts)] as [string, string]] : []),
  ];
}

async function partsOf(node: PipelineNode, options: Options, values: KeptValues): Promise<TextStepParts> {
  const { fields } = node.unit;
  const named = Object.entries(options).filter(
    ([option, value]) => fields[option]?.holds === FILE_TEXT && value !== undefined,
  );
  const files = await Promise.all(named.map(async ([option, value]) => [option, await textsOf(value)] as const));
  const needed = Object.entries(values.neededBy(node)).map(
    async ([need, value]) => [need, await packValue(node.needs.get(need)!.makes as DataKind, value)] as const,
  );
  return {
    ...(files.length > 0 ? { options: Object.fromEntries(files) } : {}),
    ...(needed.length > 0 ? { needs: Object.fromEntries(await Promise.all(needed)) } : {}),
  };
}

function textsOf(value: unknown): Promise<NamedText | NamedText[]> {
  return Array.isArray(value) ? Promise.all(value.map(textOf)) : textOf(value);
}

/** In code, a text may stand for the file already. */
async function textOf(file: unknown): Promise<NamedText> {
  return typeof file === "string" ? { name: basename(file), text: await readFile(file, "utf8") } : (file as NamedText);
}
