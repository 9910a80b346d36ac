import { isPlainObject } from "../../schemas/options.js";
import type { ConfigStep, PipelineConfig } from "./config.js";
import type { ConfigPath } from "./configError.js";

/** The branches in an order in which each stands behind those that its steps name, otherwise as they are written. */
export function orderOfBranches(
  branches: PipelineConfig["branches"],
  refuse: (path: ConfigPath, message: string) => void,
): string[] {
  const order = new Set<string>();
  const visit = (branch: string, from: readonly string[]): void => {
    const steps = branches.get(branch);
    if (!steps || order.has(branch)) return;
    if (from.includes(branch)) {
      const circle = [...from.slice(from.indexOf(branch)), branch].join(" -> ");
      refuse(["branches", branch], `branches must not need each other in a circle, got ${circle}`);
      return;
    }
    if (steps.length === 0) refuse(["branches", branch], "a branch must have at least one step");
    for (const other of steps.flatMap(namedBy)) visit(other, [...from, branch]);
    order.add(branch);
  };
  for (const branch of branches.keys()) visit(branch, []);
  return [...order];
}

function namedBy({ options: { needs } }: ConfigStep): string[] {
  return isPlainObject(needs) ? Object.values(needs).filter((name) => typeof name === "string") : [];
}
