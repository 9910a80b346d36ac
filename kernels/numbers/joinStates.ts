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

/** The states of parts that are alike as one with as many arrays as one of them has, each end to end, and with its lengths. */
export function stackStates(states: readonly StageState[]): StageState {
  const arrays: Record<string, Values> = {};
  for (const name of Object.keys(states[0]?.arrays ?? {})) {
    const parts = states.map((state) => state.arrays[name]!);
    const lengths = Uint32Array.from(parts, ({ length }) => length);
    const stack = new (parts[0]!.constructor as new (length: number) => Values)(lengths.reduce((a, b) => a + b, 0));
    let at = 0;
    for (const part of parts) {
      stack.set(part, at);
      at += part.length;
    }
    arrays[name] = stack;
    arrays[`${name}Lengths`] = lengths;
  }
  const facts = states.flatMap((state, part) =>
    Object.entries(state.facts).map(([name, fact]) => [`${part}.${name}`, fact] as const),
  );
  return { facts: Object.fromEntries(facts), arrays };
}

/** As many states again. */
export function unstackStates(state: StageState, parts: number): StageState[] {
  const facts = splitState({ facts: state.facts, arrays: {} });
  const lists = Object.entries(state.arrays).flatMap(([name, stack]) => {
    const lengths = state.arrays[`${name}Lengths`];
    if (!lengths) return []; // it is such lengths itself
    let at = 0;
    const pieces = Array.from(lengths, (length) => {
      const from = at;
      at += length;
      return stack.slice(from, at);
    });
    return [[name, pieces] as const];
  });
  return Array.from({ length: parts }, (_, part) => ({
    facts: facts[part]?.facts ?? {},
    arrays: Object.fromEntries(lists.map(([name, pieces]) => [name, pieces[part]!])),
  }));
}
