import type { ClassifierHead, NetworkClassifier } from "../schemas/classifier.js";
import type { TableForm } from "../schemas/kinds.js";
import type { LanguageModel, NamedTensor } from "../schemas/languageModel.js";
import { languageModel } from "./languageModel.js";

/** What the facts tell besides those of the language model. */
interface HeadFacts {
  readonly labels: readonly string[];
  readonly labelCounts: readonly number[];
  readonly temperature: number;
  readonly head: Omit<ClassifierHead, "tensors">;
  /** Tensors of the head, which stand behind those of the language model. */
  readonly headTensors: number;
  readonly classifierMetadata: readonly [string, string][];
}

/** The form of a language model, whose tensors are followed by those of the head. */
export const networkClassifierTable: TableForm<NetworkClassifier> = {
  schema: () => ({ columns: { part: "text", text: "text", count: "float64", vector: { list: "float32" } } }),
  facts(value) {
    const { tensors, ...head } = value.head;
    const own: HeadFacts = {
      ...{ labels: value.labels, labelCounts: [...value.labelCounts], temperature: value.temperature, head },
      ...{ headTensors: tensors.length, classifierMetadata: [...value.metadata] },
    };
    return { ...languageModel.table!.facts!(withTensors(value)), ...own };
  },
  blocks: (value) => languageModel.table!.blocks(withTensors(value)),
  async read(table, facts, needs) {
    const { labels, labelCounts, temperature, head, headTensors, classifierMetadata, ...ofModel } =
      facts as unknown as HeadFacts;
    const renamed = { ...table, blocks: (names: readonly string[]) => table.blocks(names.map(columnOf)) };
    const model = await languageModel.table!.read(renamed, ofModel, needs);
    const own = model.tensors.length - headTensors;
    return {
      ...{ labels, labelCounts: Float64Array.from(labelCounts), temperature, loss: "softmax" },
      model: { ...model, tensors: model.tensors.slice(0, own) },
      head: { ...head, tensors: model.tensors.slice(own) },
      metadata: new Map(classifierMetadata),
    };
  },
};

/** The columns of a classifier's file have other names. */
const columnOf = (name: string) => (name === "values" ? "vector" : name);

function withTensors({ model, head }: NetworkClassifier): LanguageModel {
  const tensors: NamedTensor[] = [...model.tensors, ...head.tensors];
  return { ...model, tensors };
}
