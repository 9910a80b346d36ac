import { defineKind } from "../schemas/kinds.js";
import type { LanguageModel, NamedTensor, NetworkSettings } from "../schemas/languageModel.js";
import type { Rows } from "../schemas/tables.js";
import { wholeColumns } from "./rows.js";

/** What a row is of: a term with its count, or a part of a tensor. */
const TERM = "term";
const TENSOR = "tensor";

const termsAtOnce = 65_536;
const numbersAtOnce = 1 << 20;

/** What the facts tell of a tensor: its numbers follow in rows of the table. */
interface TensorFacts {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * A language model: a row a term, then its tensors in parts of a million numbers. This is the form of checkpoints; `writeLanguageModel`
 * writes a folder that other programs read.
 */
export const languageModel = defineKind({
  name: "languageModel",
  arrives: "whole",
  columns: ["part", "text", "count", "values"],
  folderFile: "model.safetensors",
  amounts: { terms: ({ terms }: LanguageModel) => terms.length },
  table: {
    schema: () => ({ columns: { part: "text", text: "text", count: "float64", values: { list: "float32" } } }),
    facts: ({ architecture, settings, tokenizer, unknown, sentenceEnd, beginning, tensors, vectors, metadata }) => ({
      ...{ architecture, settings, vectors },
      ...(tokenizer ? { tokenizer } : {}),
      ...(unknown === undefined ? {} : { unknown }),
      ...(sentenceEnd === undefined ? {} : { sentenceEnd }),
      ...(beginning === undefined ? {} : { beginning }),
      tensors: tensors.map(({ name, shape }) => ({ name, shape })),
      metadata: [...metadata],
    }),
    *blocks({ terms, counts, tensors }) {
      for (let from = 0; from < terms.length; from += termsAtOnce) yield termRows(terms, counts, from);
      for (const { name, values } of tensors)
        for (let from = 0; from < values.length; from += numbersAtOnce)
          yield {
            columns: [[TENSOR], [name], Float64Array.of(0), [values.subarray(from, from + numbersAtOnce)]],
            rows: 1,
          };
    },
    async read(table, facts) {
      const [parts, texts, counts, lists] = await wholeColumns<[string, string, number, ArrayLike<number>]>(table, [
        "part",
        "text",
        "count",
        "values",
      ]);
      const terms = parts.lastIndexOf(TERM) + 1;
      const { tensors, metadata, ...others } = facts as unknown as Omit<LanguageModel, "tensors" | "metadata"> & {
        readonly tensors: readonly TensorFacts[];
        readonly settings: NetworkSettings;
        readonly metadata: readonly [string, string][];
      };
      let row = terms;
      const read = ({ name, shape }: TensorFacts): NamedTensor => {
        const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
        for (let filled = 0; filled < values.length; row++) {
          values.set(lists[row]!, filled);
          filled += lists[row]!.length;
        }
        return { name, shape, values };
      };
      return {
        ...others,
        terms: texts.slice(0, terms),
        counts: Float64Array.from(counts.slice(0, terms)),
        tensors: tensors.map(read),
        metadata: new Map(metadata),
      };
    },
  },
  origin: {
    keepsTextSteps: true,
    of: ({ metadata }) => metadata,
    with: (value, metadata) => ({ ...value, metadata }),
  },
  terms: ({ terms }) => terms,
  shown: ([value]) => ({
    architecture: value!.architecture,
    terms: value!.terms.length,
    parameters: value!.tensors.reduce((sum, { values }) => sum + values.length, 0),
  }),
});

function termRows(terms: readonly string[], counts: Float64Array, from: number): Rows {
  const some = terms.slice(from, from + termsAtOnce);
  const none = new Float32Array(0);
  return {
    columns: [
      new Array<string>(some.length).fill(TERM),
      some,
      counts.subarray(from, from + some.length),
      new Array<Float32Array>(some.length).fill(none),
    ],
    rows: some.length,
  };
}
