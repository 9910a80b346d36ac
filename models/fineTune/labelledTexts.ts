import { WordDocuments } from "../../kernels/linear/wordDocuments.js";
import { type MarkedText, markPlaces } from "../../kernels/neural/markedTexts.js";
import type { TextIds } from "../../kernels/neural/textIds.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { drawUniform, randomStream } from "../../kernels/numbers/random.js";
import { LabelCounter } from "../../kernels/vocabulary/labelCounter.js";
import type { LabelSet, Pooling, StageState, TokenBatch } from "../../schemas/index.js";
import type { LabelledRow } from "./headTrainer.js";

interface NamedRow {
  readonly text: MarkedText;
  readonly labels: readonly string[];
}

/** How texts are kept. */
interface TextsForm {
  readonly texts: TextIds;
  readonly pooling: Pooling;
  /** Places of a text at most; the rest is left out. */
  readonly length: number;
  /** The share that is kept aside, drawn by the numbers of the texts. */
  readonly holdout: number;
  readonly seed: number;
}

/** What is learned from, what is kept aside, and the labels in their order. */
export interface LabelledRows {
  readonly labels: LabelSet;
  readonly learned: LabelledRow[];
  readonly aside: LabelledRow[];
}

/**
 * The labelled texts of a pass, as the ids that a language model reads; those without labels or words are passed over and counted.
 * State: 5 bytes a place of each text.
 */
export class LabelledTexts {
  readonly #form: TextsForm;
  readonly #documents: WordDocuments;
  readonly #held: ReturnType<typeof randomStream>;
  readonly #labels = new LabelCounter();
  readonly #learned: NamedRow[] = [];
  readonly #aside: NamedRow[] = [];
  readonly #counted = { documents: 0, withoutLabels: 0, withoutWords: 0, cut: 0 };

  constructor(form: TextsForm) {
    this.#form = form;
    this.#documents = new WordDocuments(form.texts.wordForm);
    this.#held = randomStream(form.seed, "fineTune.holdout");
  }

  add(batch: TokenBatch): void {
    this.#documents.add(batch, this.#take);
  }

  /** The last text is over. */
  finish(): void {
    this.#documents.finish(this.#take);
  }

  /** What was passed over or cut, and how many texts are kept aside. */
  get told() {
    const { withoutLabels, withoutWords, cut } = this.#counted;
    return { held: this.#aside.length, withoutLabels, withoutWords, cut };
  }

  /** @throws RangeError if there are fewer than two labels, or no texts to learn from */
  rows(who: string): LabelledRows {
    const labels = this.#labels.set() ?? { names: [], counts: new Float64Array(0) };
    const { names } = labels;
    if (names.length < 2)
      throw new RangeError(
        `${who}: texts must have two labels or more, got ${names.length === 0 ? "none" : `${JSON.stringify(names[0])} alone`}; the source's option labels, or its format labelled, says where they are`,
      );
    if (this.#learned.length === 0)
      throw new RangeError(`${who}: there must be texts to learn from, got ${this.#aside.length} that are kept aside`);
    const idOf = new Map(names.map((name, id) => [name, id]));
    const rowOf = ({ text, labels: own }: NamedRow) => ({ texts: [text], labels: own.map((name) => idOf.get(name)!) });
    return { labels, learned: this.#learned.map(rowOf), aside: this.#aside.map(rowOf) };
  }

  save(): StageState {
    return joinStates({
      own: { facts: { ...this.#counted, labels: JSON.stringify(this.#labels.set() ?? null) }, arrays: {} },
      document: this.#documents.save(),
      learned: savedRows(this.#learned),
      aside: savedRows(this.#aside),
    });
  }

  restore(state: StageState): void {
    const { own, document, learned, aside } = splitState(state);
    const { labels: _, ...counted } = own!.facts;
    Object.assign(this.#counted, counted);
    this.#documents.restore(document!);
    for (const [rows, saved] of [
      [this.#learned, learned!],
      [this.#aside, aside!],
    ] as const)
      for (const row of restoredRows(saved)) {
        this.#labels.add([row.labels]);
        rows.push(row);
      }
  }

  #take = (words: Int32Array, own: readonly string[]): void => {
    const { texts, length, pooling, holdout } = this.#form;
    const counted = this.#counted;
    const number = counted.documents++;
    if (own.length === 0) {
      counted.withoutLabels++;
      return;
    }
    const row = texts.of(words, length);
    if (row.isCut) counted.cut++;
    if (row.ids.length === 0) {
      counted.withoutWords++;
      return;
    }
    this.#labels.add([own]);
    const isHeld = drawUniform(this.#held, number) < holdout;
    (isHeld ? this.#aside : this.#learned).push({ text: markPlaces(row, pooling), labels: own });
  };
}

function savedRows(rows: readonly NamedRow[]): StageState {
  return {
    facts: { labels: JSON.stringify(rows.map(({ labels }) => labels)) },
    arrays: {
      lengths: Uint32Array.from(rows, ({ text }) => text.ids.length),
      ids: Uint32Array.from(rows.flatMap(({ text }) => [...text.ids])),
      marks: Uint8Array.from(rows.flatMap(({ text }) => [...text.marks])),
    },
  };
}

function restoredRows({ facts, arrays }: StageState): NamedRow[] {
  const [ids, marks] = [arrays.ids as Uint32Array, arrays.marks as Uint8Array];
  let to = 0;
  return (JSON.parse(facts.labels as string) as string[][]).map((labels, row) => {
    const from = to;
    to += arrays.lengths![row]!;
    return { labels, text: { ids: ids.slice(from, to), marks: marks.slice(from, to) } };
  });
}
