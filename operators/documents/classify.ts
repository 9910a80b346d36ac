import { concat, defer, filter, map, type OperatorFunction, of } from "rxjs";
import { DocumentRelay } from "../../kernels/documents/documentRelay.js";
import type { Word } from "../../kernels/linear/documentFeatures.js";
import { type Prediction, type PredictOptions, Predictor } from "../../kernels/linear/predictor.js";
import { TokenDocuments } from "../../kernels/linear/tokenDocuments.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { currentScope } from "../../runtime/flow.js";
import type { Classifier } from "../../schemas/classifier.js";
import { classifierOption, integer, number, oneOf } from "../../schemas/fields.js";
import { TEXT_STEPS } from "../../schemas/kinds.js";
import { defineOptions, type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { PredictionBatch } from "../../schemas/predictions.js";
import type { StageState, StateKeeper } from "../../schemas/state.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit, type TextStep } from "../../schemas/units.js";

/** In code the classifier is an argument. */
const classifyOptions = defineOptions({
  name: "classify",
  fields: {
    k: integer({ min: 1, max: 1000, default: 1, description: "Labels of a document at most" }),
    threshold: number({ min: 0, max: 1, default: 0, description: "The least probability of a label that is given" }),
  },
});

export type ClassifyOptions = OptionsOf<typeof classifyOptions>;

export const classifySchema = defineUnit({
  name: "classify",
  kind: "operator",
  reads: "tokens",
  needs: { classifier: "classifier" },
  needsInFiles: { classifier: "model" },
  makes: "predictions",
  resumable: true,
  summary: "Tells the labels of documents by a classifier that the run has made, or that of a file",
  paper: "Joulin et al. 2017, arXiv:1607.01759",
  fields: {
    model: classifierOption({
      optional: true,
      description: "File of the classifier; if left out, a step above makes it",
    }),
    ...classifyOptions.fields,
    textSteps: oneOf(["same", "any"], {
      default: "same",
      description:
        "same: the run ends if tokens are made by other steps than those of the texts that the classifier learned from; any: whatever steps",
    }),
  },
  create: (
    { classifier },
    { model = classifier, textSteps = "same", ...options },
    context,
  ): OperatorFunction<TokenBatch, PredictionBatch> => {
    if (textSteps === "same" && context.textSteps) requireSameSteps(model, context.textSteps);
    return classify(model, options);
  },
});

/**
 * Tells the labels of each document, the most probable first, equal ones in the order of the classifier's labels. The tokens must be made as
 * those were that the classifier learned from.
 *
 * In:  TokenBatch. Out: PredictionBatch, a row a document, once it has ended: with the beginning of the next, or of the stream's end; any split
 * of a text into batches gives the same rows. A document without a known word has no label. Counts `withoutLabel`.
 * State: the document that has begun, a text a term, and the classifier.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see Joulin et al. 2017, arXiv:1607.01759
 * @example
 *   tokens$.pipe(classify(classifier, { k: 3 }), writePredictions({ path: "predictions.jsonl" }))
 */
export function classify(
  classifier: Classifier,
  options?: ClassifyOptions,
): OperatorFunction<TokenBatch, PredictionBatch> {
  const settings = parseOptions(classifyOptions, options);
  const predictor = new Predictor(classifier);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const rows = new PredictionRows(predictor, settings);
      scope.keep(rows);
      const counted = (batch: PredictionBatch | undefined) => {
        if (batch) scope.ledger.add("withoutLabel", rows.takeWithoutLabel());
        return batch;
      };
      return concat(
        source.pipe(map((batch) => counted(rows.add(batch)))),
        defer(() => of(counted(rows.finish()))),
      ).pipe(filter((batch) => batch !== undefined));
    });
}

/** Puts predictions for documents together as batches. State: the document that has begun, and what is known of it. */
class PredictionRows implements StateKeeper {
  readonly #predict: (words: readonly Word[]) => readonly Prediction[];
  readonly #documents: TokenDocuments<Word>;
  readonly #relay = new DocumentRelay();
  /** Documents so far. */
  #count = 0;
  #withoutLabel = 0;
  #rows: { readonly length: number; readonly predicted: readonly Prediction[] }[] = [];

  constructor(predictor: Predictor, options: PredictOptions) {
    this.#predict = (words) => predictor.predict(words, options);
    this.#documents = new TokenDocuments(predictor.wordForm);
  }

  /** The rows of the documents that end in the batch; undefined if none does. */
  add(batch: TokenBatch): PredictionBatch | undefined {
    this.#relay.push(batch.documents);
    this.#documents.add(batch, this.#visit);
    return this.#take();
  }

  finish(): PredictionBatch | undefined {
    this.#documents.finish(this.#visit);
    return this.#take();
  }

  takeWithoutLabel(): number {
    const count = this.#withoutLabel;
    this.#withoutLabel = 0;
    return count;
  }

  save(): StageState {
    const own = { facts: { count: this.#count }, arrays: {} };
    return joinStates({ own, text: this.#documents.save(), documents: this.#relay.save() });
  }

  restore(state: StageState): void {
    const { own, text, documents } = splitState(state);
    this.#count = own!.facts.count as number;
    this.#documents.restore(text!);
    this.#relay.restore(documents!);
  }

  readonly #visit = (words: readonly Word[], _: readonly string[], length: number): void => {
    const predicted = this.#predict(words);
    if (predicted.length === 0) this.#withoutLabel++;
    this.#rows.push({ length, predicted });
  };

  #take(): PredictionBatch | undefined {
    const rows = this.#rows;
    if (rows.length === 0) return undefined;
    this.#rows = [];
    const first = this.#count;
    this.#count += rows.length;
    const offsets = new Uint32Array(rows.length + 1);
    for (const [row, { predicted }] of rows.entries()) offsets[row + 1] = offsets[row]! + predicted.length;
    const all = rows.flatMap(({ predicted }) => predicted);
    const documents = this.#relay.take(rows.length);
    return {
      rowDocuments: Uint32Array.from(rows, (_, row) => first + row),
      lengths: Uint32Array.from(rows, ({ length }) => length),
      offsets,
      labels: all.map(({ label }) => label),
      probabilities: Float64Array.from(all, ({ probability }) => probability),
      ...(documents ? { documents } : {}),
    };
  }
}

/** @throws TypeError if a classifier tells by which steps tokens are made, and they are others */
function requireSameSteps({ metadata }: Classifier, steps: readonly TextStep[]): void {
  const told = metadata.get(TEXT_STEPS);
  if (told === undefined) return;
  const [wanted, found] = [JSON.parse(told) as TextStep[], JSON.parse(JSON.stringify(steps)) as TextStep[]];
  for (let place = 0; place < Math.max(wanted.length, found.length); place++) {
    const difference = differenceOf(wanted[place], found[place]);
    if (difference)
      throw new TypeError(
        `classify: tokens must be made as those that the classifier learned from, ${difference} in step ${place + 1} of its text; textSteps: any takes them as they are`,
      );
  }
}

/** How much is held at once, on which no token depends. */
const SIZES = ["batchSize", "maxTerms"];

/** `by normalize case "lower", got "keep"`; undefined if two steps do the same. */
function differenceOf(wanted: TextStep | undefined, found: TextStep | undefined): string | undefined {
  const [[name, options], [otherName, others]] = [entryOf(wanted), entryOf(found)];
  if (name !== otherName) return `by ${name}, got ${otherName}`;
  const shown = (value: unknown) => JSON.stringify(value) ?? "none";
  const other = [...new Set([...Object.keys(options), ...Object.keys(others)])].find(
    (option) => !SIZES.includes(option) && shown(options[option]) !== shown(others[option]),
  );
  return other && `by ${name} with ${other} ${shown(options[other])}, got ${shown(others[other])}`;
}

const entryOf = (step: TextStep | undefined) => Object.entries(step ?? { "no step": {} })[0]!;
