import type { StageState } from "#schemas";

/** As it is now. A structured clone would not do: it shares what lies in memory that threads share. */
export function copyState({ facts, arrays }: StageState): StageState {
  return {
    facts: { ...facts },
    arrays: Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()])),
  };
}
