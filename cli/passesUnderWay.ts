import type { PassView } from "../pipelines/index.js";

/** The passes under way: one whose ports are all closed is forgotten, but for the last. */
export function passesUnderWay() {
  let passes: PassView[] = [];
  let speeds = new Map<string, NodeSpeed>();
  return {
    add: (pass: PassView) => {
      passes.push(pass);
    },
    /** What each asynchronous stage holds, and how many tokens a second each stage deals with. */
    moment: (now: number) => {
      const latest = passes.at(-1);
      passes = passes.filter((pass) => pass === latest || pass.gate.fill.length > 0);
      const tokens = new Map(passes.flatMap((pass) => [...pass.tokens()]));
      speeds = new Map([...tokens].map(([id, done]) => [id, (speeds.get(id) ?? new NodeSpeed([])).with(done, now)]));
      const perSecond = [...speeds].map(([id, speed]) => [id, speed.perSecond] as const);
      return { ports: passes.flatMap(({ gate }) => gate.fill), tokensPerSecond: Object.fromEntries(perSecond) };
    },
  };
}

/** Reports that a speed is taken over: some seconds. */
const SPEED_OVER = 6;

/** How fast a stage was in the last reports. */
class NodeSpeed {
  readonly #marks: readonly { readonly done: number; readonly at: number }[];

  constructor(marks: readonly { readonly done: number; readonly at: number }[]) {
    this.#marks = marks;
  }

  /** Another pass begins with nothing. */
  with(done: number, at: number): NodeSpeed {
    const isSamePass = done >= (this.#marks.at(-1)?.done ?? 0);
    return new NodeSpeed([...(isSamePass ? this.#marks : []), { done, at }].slice(-SPEED_OVER));
  }

  get perSecond(): number {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    return first && last && last.at > first.at
      ? Math.round((1000 * (last.done - first.done)) / (last.at - first.at))
      : 0;
  }
}
