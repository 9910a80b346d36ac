import { centredRows } from "../kernels/layout/groupVectors.js";
import { principalAxes, projected } from "../kernels/layout/principalAxes.js";
import { type Occurrence, TermOccurrences } from "../kernels/neural/termOccurrences.js";
import { groupSenses } from "../kernels/neural/termSenses.js";
import { type Answers, defineQuestion, type JsonSchema, NotFound } from "../schemas/answers.js";
import { type ContextVectorBatch, MIXED_LAYER } from "../schemas/contextVectors.js";
import { integer, text } from "../schemas/fields.js";
import { show } from "../schemas/options.js";
import { suggest } from "../schemas/suggest.js";

/** Occurrences that are grouped and drawn; of more, these are drawn by lot. Their silhouette takes a tenth of a second. */
const MOST_OCCURRENCES = 500;
const SEED = 1;

const listOf = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: "array",
  items: { type: "object", properties, required: Object.keys(properties), additionalProperties: false },
});
const number: JsonSchema = { type: "number" };
const integers: JsonSchema = { type: "integer" };
const string: JsonSchema = { type: "string" };

/** What can be asked of the vectors of words where they stand: in which senses a term is used. */
export const contextVectorAnswers: Answers<ContextVectorBatch> = {
  about: "words in context",
  onTheWay: true,
  told: {
    words: { of: ({ terms }: ContextVectorBatch) => terms.length },
    layers: { of: ({ layers }: ContextVectorBatch) => layers.length },
  },
  questions: [
    defineQuestion({
      name: "senses",
      fields: {
        term: text({ description: "The term whose places are wanted", minLength: 1 }),
        k: integer({
          description: "How many groups; if left out, as few as lie apart about as well as any number up to 6",
          min: 1,
          max: 10,
          optional: true,
        }),
        layer: integer({
          description: "Which layer, 0 for the embeddings; the last if left out",
          min: 0,
          optional: true,
        }),
        shown: integer({ description: "Sentences of each group", min: 1, max: 50, default: 5 }),
      },
      summary: "The places where a term stands, grouped by its vectors there, and as points along their principal axes",
      reply: {
        term: string,
        layer: { type: "integer", description: `Which layer; ${MIXED_LAYER} for a mix of all` },
        layers: { type: "array", items: integers, description: "Those that can be asked" },
        occurrences: {
          type: "integer",
          description: `In the text; of more than ${MOST_OCCURRENCES}, as many are drawn`,
        },
        silhouette: number,
        senses: listOf({ occurrences: integers, share: number, sentences: { type: "array", items: string } }),
        points: listOf({ x: number, y: number, sense: integers, sentence: string }),
      },
      missing: "The term stands nowhere in the text",
      answer: sensesIn,
    }),
  ],
};

interface SensesAsked {
  readonly term: string;
  readonly k?: number | undefined;
  readonly layer?: number | undefined;
  readonly shown: number;
}

function sensesIn(batch: ContextVectorBatch, { term, k, layer, shown }: SensesAsked) {
  const layers = [...batch.layers];
  const place = layer === undefined ? layers.length - 1 : layers.indexOf(layer);
  if (place < 0) throw new RangeError(`senses: the layer must be one of ${layers.join(", ")}, got ${layer}`);
  const found = new TermOccurrences(term, { most: MOST_OCCURRENCES, seed: SEED, layer: place });
  found.add(batch);
  const { kept, seen } = found.finish();
  if (kept.length === 0) throw nowhere(term, batch);
  const { silhouette, senses, senseOf } = groupSenses(kept, { count: k, seed: SEED, shown });
  const places = inPlane(kept);
  const points = kept.map(({ sentence }, row) => ({ ...places[row]!, sense: senseOf[row]!, sentence }));
  return { term, layer: layers[place]!, layers, occurrences: seen, silhouette, senses, points };
}

/** Along the two principal axes of what is grouped: the vectors without their mean, at length 1. */
function inPlane(occurrences: readonly Occurrence[]): { readonly x: number; readonly y: number }[] {
  const { values, width } = centredRows(occurrences.map(({ vector }) => vector));
  const axes = principalAxes(values, width, occurrences.length, 2);
  const points = projected(values, width, occurrences.length, axes);
  const size = axes.axes.length;
  const rounded = (value = 0) => Math.round(1e4 * value) / 1e4;
  return occurrences.map((_, row) => ({
    x: rounded(points[row * size]),
    y: size > 1 ? rounded(points[row * size + 1]) : 0,
  }));
}

function nowhere(term: string, { terms }: ContextVectorBatch): NotFound {
  const near = suggest(term, [...new Set(terms)]);
  const hint = near === undefined ? "" : `; did you mean ${show(near)}?`;
  return new NotFound(`the text has no ${show(term)}${hint}`, near === undefined ? [] : [near]);
}
