import type { OperatorFunction } from "rxjs";
import { type ContextModel, ContextWords } from "../../kernels/neural/contextWords.js";
import { layerChoiceOf } from "../../kernels/neural/layerChoice.js";
import { expandAsync } from "../../runtime/expandAsync.js";
import type { ContextVectorBatch } from "../../schemas/contextVectors.js";
import { integer, languageModelOption, oneOf, text, texts } from "../../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions } from "../../schemas/options.js";
import { requireSameTextSteps } from "../../schemas/sameTextSteps.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";

/** In code the model is an argument. */
const contextVectorsOptions = defineOptions({
  name: "contextVectors",
  fields: {
    layers: text({
      default: "last",
      description: "Which layers: 0 for the embeddings, another number, last, all, or mix, their sum by shares",
    }),
    mix: text({
      optional: true,
      description: "The share of each layer in a mix, as 0.5,0.3,0.2; equal ones if left out",
    }),
    pooling: oneOf(["mean", "first"], { default: "mean", description: "What becomes of the pieces of a word" }),
    stride: integer({
      min: 1,
      optional: true,
      description: "Places from one window to the next, for models that read windows; half a window if left out",
    }),
    unknown: oneOf(["keep", "drop"], {
      default: "keep",
      description: "Words that the model reads as its unknown term: have rows, or are read without",
    }),
    terms: texts({ optional: true, minItems: 1, description: "The only words that have rows; all if left out" }),
  },
});

export type ContextVectorsOptions = OptionsOf<typeof contextVectorsOptions>;

export const contextVectorsSchema = defineUnit({
  name: "contextVectors",
  kind: "operator",
  reads: "tokens",
  needs: { languageModel: "languageModel" },
  needsInFiles: { languageModel: "model" },
  makes: "contextVectors",
  summary: "Gives each word its vectors where it stands, by a language model that the run has made, or that of a file",
  paper: "Peters et al. 2018, arXiv:1802.05365; Devlin et al. 2019, arXiv:1810.04805, section 5.3",
  fields: {
    model: languageModelOption({
      optional: true,
      description: "Folder of the language model; if left out, a step above makes it",
    }),
    ...contextVectorsOptions.fields,
    textSteps: oneOf(["same", "any"], {
      default: "same",
      description:
        "same: the run ends if tokens are made by other steps than those of the texts that the model learned from; any: whatever steps",
    }),
  },
  create: (
    { languageModel },
    { model = languageModel, textSteps = "same", ...options },
    context,
  ): OperatorFunction<TokenBatch, ContextVectorBatch> => {
    if (textSteps === "same" && context.textSteps)
      requireSameTextSteps("contextVectors", "the model learned from", model.metadata, context.textSteps);
    return contextVectors(context.openLanguageModel!("contextVectors", model) as ContextModel, options);
  },
});

/**
 * Gives each word its vectors where it stands in its document, as a language model's layers have them; `writeContextVectors` has the
 * columns. What is read behind a word matters only where the model looks ahead.
 *
 * In:  TokenBatch. Out: ContextVectorBatch, W words of L layers, at most a window of the model at a time; any split of a text into batches gives
 * the same rows. Words that are not in the vocabulary are read as the model's unknown term, or left out, as `belowMinCount`; those that are not
 * asked for, or without a piece, as `dropped`.
 * State: the ids of a window, its words, and what the network makes of them; the model. It grows neither with a document nor with the text.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see Peters et al. 2018, section 3.2
 * @example
 *   tokens$.pipe(contextVectors(openContextModel(model), { layers: "all" }), writeContextVectors({ path: "vectors.parquet" }))
 */
export function contextVectors(
  model: ContextModel,
  options?: ContextVectorsOptions,
): OperatorFunction<TokenBatch, ContextVectorBatch> {
  const { layers, mix, pooling, stride, unknown, terms } = parseOptions(contextVectorsOptions, options);
  const choice = {
    ...{ layers: choiceOf(layers, mix), pooling, stride, leaveUnknown: unknown === "drop" },
    ...(terms ? { terms: new Set(terms) } : {}),
  };
  return expandAsync("contextVectors", (scope) => {
    const words = new ContextWords(model, choice);
    const tell = () => {
      for (const [why, amount] of Object.entries(words.takeLeft())) if (amount > 0) scope.lost(why, amount);
    };
    return {
      async *read(batch: TokenBatch) {
        yield* words.read(batch);
        tell();
      },
      async *finish() {
        yield* words.finish();
        tell();
      },
    };
  });
}

function choiceOf(layers: string, mix: string | undefined) {
  try {
    return layerChoiceOf({ layers, mix });
  } catch (error) {
    throw new RangeError(`contextVectors: ${(error as Error).message}`);
  }
}
