import type { StageState } from "../../schemas/state.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { drawBelow, type RandomStream, randomStream } from "../numbers/random.js";
import { sentencesOfState, sizeOf, stateOfSentences } from "./sentenceLists.js";

/**
 * Some earlier documents, from which other text can be drawn while a stream of documents passes. Once there are `size`, each document that ends
 * takes the place of a drawn one, so that what is held moves on with the text. Of a long document one stretch is held, drawn from all that
 * have at least `stretch` ids; of a shorter one all.
 * Draws go by the number of the document, and by that of the stretch, over the pass.
 * State: size + 2 stretches, each up to `stretch` ids and a sentence long.
 */
export class DocumentReservoir {
  readonly #size: number;
  readonly #stretch: number;
  readonly #places: RandomStream;
  readonly #choices: RandomStream;
  #held: Uint32Array[][] = [];
  /** Of the document that has begun: what is held of it if it ends here, and the stretch that grows. */
  #chosen: Uint32Array[] = [];
  #open: Uint32Array[] = [];
  #counted = { documents: 0, stretches: 0, ofDocument: 0 };

  constructor(size: number, stretch: number, seed: number, epoch: number) {
    this.#size = size;
    this.#stretch = stretch;
    this.#places = randomStream(seed, "sentencePairs.reservoir", epoch);
    this.#choices = randomStream(seed, "sentencePairs.stretch", epoch);
  }

  /** Documents that are held. */
  get length(): number {
    return this.#held.length;
  }

  document(place: number): readonly Uint32Array[] {
    return this.#held[place]!;
  }

  add(sentence: Uint32Array): void {
    this.#open.push(sentence);
    if (sizeOf(this.#open) < this.#stretch) return;
    const counted = this.#counted;
    counted.ofDocument++;
    // the n-th takes the place with probability 1 / n: each has the same in the end
    if (drawBelow(this.#choices, counted.stretches++, counted.ofDocument) === 0) this.#chosen = this.#open;
    this.#open = [];
  }

  endDocument(): void {
    const ended = this.#chosen.length > 0 ? this.#chosen : this.#open;
    const number = this.#counted.documents++;
    this.#chosen = [];
    this.#open = [];
    this.#counted.ofDocument = 0;
    if (ended.length === 0) return;
    if (this.#held.length < this.#size) this.#held.push(ended);
    else this.#held[drawBelow(this.#places, number, this.#size)] = ended;
  }

  save(): StageState {
    return joinStates({
      counted: { facts: { ...this.#counted }, arrays: {} },
      held: stateOfSentences(this.#held),
      open: stateOfSentences([this.#chosen, this.#open]),
    });
  }

  restore(state: StageState): void {
    const { counted, held, open } = splitState(state);
    Object.assign(this.#counted, counted!.facts);
    this.#held = sentencesOfState(held!);
    [this.#chosen, this.#open] = sentencesOfState(open!) as [Uint32Array[], Uint32Array[]];
  }
}
