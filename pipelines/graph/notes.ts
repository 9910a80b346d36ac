import { isDeepStrictEqual } from "node:util";
import { show } from "../../schemas/index.js";
import type { LoadedConfig } from "../config/config.js";
import type { ConfigProblem } from "../config/configError.js";
import type { PipelineNode } from "./nodes.js";

/** Steps above a node that take away what it looks for. */
export function spoiltSteps(node: PipelineNode): ConfigProblem[] {
  const { unit } = node;
  return [...stepsAbove(node)].flatMap((other) => {
    const spoils = unit.before?.[other.unit.name];
    const isHarmless = Object.entries(spoils?.unless ?? { never: true }).some(
      ([option, value]) => other.options[option] === value,
    );
    if (!spoils || isHarmless) return [];
    const message = `${unit.name} finds less behind ${other.unit.name}, ${spoils.how}; put it before ${other.unit.name}`;
    return [{ path: node.id.split("/"), message }];
  });
}

function* stepsAbove({ parent }: PipelineNode): Generator<PipelineNode> {
  for (let above = parent; above; above = above.parent) yield above;
}

/** Options that a config leaves out and that are not what the program that people know takes. */
export function unusualDefaults({ id, unit, options }: PipelineNode, { written }: LoadedConfig): ConfigProblem[] {
  const path = id.split("/");
  const given = written(path) as Readonly<Record<string, unknown>> | undefined;
  return Object.entries(unit.fields).flatMap(([option, { elsewhere }]) => {
    if (!elsewhere || given?.[option] !== undefined || isDeepStrictEqual(options[option], elsewhere.default)) return [];
    const message = `${unit.name}: ${option} is ${show(options[option])}, where ${elsewhere.program} takes ${show(elsewhere.default)}`;
    return [{ path, message }];
  });
}
