import type { StageState } from "../../schemas/state.js";

type Fact = StageState["facts"][string];
type Values = StageState["arrays"][string];

/** The states of a stage's parts as one; what is called `size` in the part `lexicon` is `lexicon.size` in the whole. */
export function joinStates(parts: Readonly<Record<string, StageState>>): StageState {
  const facts: Record<string, Fact> = {};
  const arrays: Record<string, Values> = {};
  for (const [part, state] of Object.entries(parts)) {
    for (const [name, fact] of Object.entries(state.facts)) facts[`${part}.${name}`] = fact;
    for (const [name, values] of Object.entries(state.arrays)) arrays[`${part}.${name}`] = values;
  }
  return { facts, arrays };
}

/** The parts again. */
export function splitState({ facts, arrays }: StageState): Record<string, StageState> {
  const parts: Record<string, { facts: Record<string, Fact>; arrays: Record<string, Values> }> = {};
  const place = (name: string) => {
    const dot = name.indexOf(".");
    const part = name.slice(0, dot);
    parts[part] ??= { facts: {}, arrays: {} };
    return [parts[part], name.slice(dot + 1)] as const;
  };
  for (const [name, fact] of Object.entries(facts)) {
    const [part, own] = place(name);
    part.facts[own] = fact;
  }
  for (const [name, values] of Object.entries(arrays)) {
    const [part, own] = place(name);
    part.arrays[own] = values;
  }
  return parts;
}
