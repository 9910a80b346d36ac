import { normalize } from "node:path";
import type { Registry } from "../config/registry.js";
import { pathsOf } from "../graph/writtenPaths.js";
import type { HeldData } from "./fileRecord.js";

/** A unit's name, and its options with every default filled in. */
export type WrittenStep = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The part of a manifest's config that writers stand in. */
export interface WrittenSteps {
  readonly steps: readonly WrittenStep[];
  readonly branches: Readonly<Record<string, readonly WrittenStep[]>>;
}

/**
 * What the writers of a config put into their files, by path: a sink writes what it reads, which the last step before it made that is no
 * sink. Units that are not known count as makers.
 */
export function heldByOutputs(
  { steps = [], branches = {} }: Partial<WrittenSteps>,
  units: Registry["units"],
): ReadonlyMap<string, HeldData> {
  const held = new Map<string, HeldData>();
  const follow = (
    list: readonly WrittenStep[],
    place: string,
    madeBefore: string,
    branch: Pick<HeldData, "branch">,
  ): string => {
    let madeBy = madeBefore;
    const named = list.flatMap((step, k) => Object.entries(step).map(([name, options]) => ({ k, name, options })));
    for (const { k, name, options } of named) {
      const unit = units.get(name);
      if (unit?.kind !== "sink") madeBy = `${place}/${k}/${name}`;
      else if (!unit.isReport)
        for (const [option, path] of pathsOf({ unit, options }, "output"))
          held.set(normalize(path), { holds: unit.fields[option]!.holds ?? unit.reads, ...branch, madeBy });
    }
    return madeBy;
  };
  const shared = follow(steps, "steps", "source", {});
  for (const [branch, list] of Object.entries(branches)) follow(list, `branches/${branch}`, shared, { branch });
  return held;
}
