import { dependentsOf, type PipelineNode } from "../graph/nodes.js";
import { releasable } from "./planner.js";

/** Whole values that steps to come read or need, by their makers. State: each value until the last of these steps is done. */
export class KeptValues {
  readonly #values: Map<PipelineNode, unknown>;
  /** Values that hold more than memory. */
  readonly #held = new Map<PipelineNode, unknown>();

  constructor(values: Map<PipelineNode, unknown>) {
    this.#values = values;
  }

  keep(maker: PipelineNode, value: unknown): void {
    if (dependentsOf(maker).length > 0) this.#values.set(maker, value);
    if (maker.makes.release) this.#held.set(maker, value);
  }

  /** @throws Error if a unit made nothing, as one from outside may */
  of(maker: PipelineNode): unknown {
    const { unit, makes } = maker;
    if (!this.#values.has(maker)) throw new Error(`${unit.name}: must make ${makes.name}, got nothing`);
    return this.#values.get(maker);
  }

  /** All that a node needs, by name. */
  neededBy({ needs }: PipelineNode): Record<string, unknown> {
    return Object.fromEntries([...needs].map(([need, maker]) => [need, this.of(maker)]));
  }

  /** Lets go of what no step to come reads or needs. */
  release(done: ReadonlySet<PipelineNode>): void {
    for (const maker of releasable(this.#values.keys(), done)) this.#values.delete(maker);
    if ([...this.#values.keys()].some(({ makes }) => makes.release)) return; // one may be a view of another
    for (const [maker, value] of this.#held) maker.makes.release!(value as never);
    this.#held.clear();
  }
}
