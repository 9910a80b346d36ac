import type { Engine, Parameters, Tensor } from "./engine.js";

/** A tensor that flows through a network, and the gradient of the loss by it, once the tape has run back to it. */
export interface Flow {
  readonly tensor: Tensor;
  gradient?: Tensor;
}

/**
 * Records what a network computes, and runs the backward functions in reverse. Layers are functions of a tape (`layers/`): each computes
 * with the engine and leaves what is to be done on the way back. Lives within one scope of the engine, as all that it holds.
 */
export class Tape {
  readonly #back: (() => void)[] = [];

  private constructor(
    readonly engine: Engine,
    readonly parameters: Parameters,
    /** What dropout and sampling draw with; none if the network does not learn: then nothing is recorded, dropped or sampled. */
    readonly seed: number | undefined,
  ) {}

  /** For a step of learning. */
  static recording(engine: Engine, parameters: Parameters, seed: number): Tape {
    return new Tape(engine, parameters, seed);
  }

  /** For prediction, and for the loss of text that is not learned from. */
  static silent(engine: Engine, parameters: Parameters): Tape {
    return new Tape(engine, parameters, undefined);
  }

  get learns(): boolean {
    return this.seed !== undefined;
  }

  parameter(name: string): Tensor {
    return this.parameters.tensor(name);
  }

  /**
   * What a layer made.
   * @param back adds to the gradients of what it was made of, given its own; not called where no loss depends on it
   */
  made(tensor: Tensor, back: (gradient: Tensor) => void): Flow {
    const flow: Flow = { tensor };
    if (this.learns) {
      this.#back.push(() => {
        if (flow.gradient !== undefined) back(flow.gradient);
      });
    }
    return flow;
  }

  /** What to do on the way back where a loss ends the forward pass. */
  ends(back: () => void): void {
    if (this.learns) this.#back.push(back);
  }

  /** Adds to the gradient of what flows. */
  send(flow: Flow, gradient: Tensor): void {
    flow.gradient = flow.gradient === undefined ? gradient : this.engine.add(flow.gradient, gradient);
  }

  /** Runs back to the parameters, once. */
  backward(): void {
    for (let back = this.#back.pop(); back !== undefined; back = this.#back.pop()) back();
  }
}
