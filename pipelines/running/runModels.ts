import type { MaybePromise, Model } from "../../schemas/index.js";
import { requireLearns } from "../config/makeUnit.js";
import type { PipelineNode } from "../graph/nodes.js";
import type { ExecuteOptions } from "./executeOptions.js";
import type { Chore } from "./progress.js";

export interface RunModelsOptions extends Pick<ExecuteOptions, "ledger" | "metadata"> {
  readonly create: (node: PipelineNode) => unknown;
}

/** The models of a run, from their making to their results. State: those that are not closed yet. */
export class RunModels {
  readonly #options: RunModelsOptions;
  readonly #open = new Map<PipelineNode, Model>();
  /** Those that have said how they compute. */
  readonly #told = new Set<PipelineNode>();

  constructor(options: RunModelsOptions) {
    this.#options = options;
  }

  /**
   * The model of a node, made when first asked for.
   * @throws TypeError if it cannot learn from data that arrives as what it reads does
   */
  of(node: PipelineNode): Model {
    const existing = this.#open.get(node);
    if (existing) return existing;
    const made = this.#options.create(node) as Model;
    requireLearns(node.unit, made, node.parent!.makes.arrives);
    const model = begunOnce(made);
    this.#open.set(node, model);
    return model;
  }

  /** What a model says of how it computes, as soon as it knows; once. */
  noticeOf(node: PipelineNode): string | undefined {
    const notice = this.#told.has(node) ? undefined : this.of(node).notice?.();
    if (notice !== undefined) this.#told.add(node);
    return notice;
  }

  /** What a model has learned, with its origin; closes the model. */
  async finish(node: PipelineNode): Promise<unknown> {
    const model = this.of(node);
    const result = await this.#withOrigin(node, await model.result());
    await model.close();
    this.#open.delete(node);
    return result;
  }

  /** Lets a chore take what some of the models have learned so far. */
  async snapshots({ of = () => true, run }: Chore, nodes: readonly PipelineNode[]): Promise<void> {
    for (const node of nodes.filter(of)) {
      const model = this.of(node);
      await run(node, async () => this.#withOrigin(node, await model.snapshot?.()), this.#options.ledger);
    }
  }

  async close(): Promise<void> {
    for (const model of this.#open.values()) await model.close();
  }

  async #withOrigin(node: PipelineNode, result: unknown): Promise<unknown> {
    const { metadata } = this.#options;
    const { origin } = node.makes;
    if (result === undefined || !origin || !metadata) return result;
    return origin.with(result as never, new Map([...origin.of(result as never), ...(await metadata(node))]));
  }
}

/** Each pass feeds a model anew, and so begins it, which happens once: in the first one, or where a run goes on. */
function begunOnce(model: Model): Model {
  const { begin, restore } = model;
  if (!begin) return model;
  let begun: { readonly done: MaybePromise<void> } | undefined;
  return {
    ...model,
    begin(context) {
      begun ??= { done: begin.call(model, context) };
      return begun.done;
    },
    ...(restore && {
      restore(state, context) {
        begun = { done: restore.call(model, state, context) };
        return begun.done;
      },
    }),
  };
}
