import type { Observable } from "rxjs";
import { WordDocuments } from "../../kernels/linear/wordDocuments.js";
import type { LayerChoice } from "../../kernels/neural/layerChoice.js";
import { type MarkedText, markPlaces } from "../../kernels/neural/markedTexts.js";
import type { Network } from "../../kernels/neural/network.js";
import { PooledReader } from "../../kernels/neural/pooledReader.js";
import { TextIds } from "../../kernels/neural/textIds.js";
import { openEngine } from "../../models/neural/openEngine.js";
import { fromPull } from "../../runtime/fromPull.js";
import { run } from "../../runtime/run.js";
import { toAsyncIterable } from "../../runtime/toAsyncIterable.js";
import {
  type DocumentVectorBatch,
  fillOptions,
  type LanguageModel,
  type Pooling,
  type TextBatch,
} from "../../schemas/index.js";
import { writeDocumentVectors } from "../../sinks/writeDocumentVectors.js";
import { outputPlace } from "../../storage/files/outputPlace.js";
import { makeUnit } from "../config/makeUnit.js";
import { builtIn } from "../config/registry.js";
import { languageModelSteps, makeLanguageModel } from "./languageModels.js";
import { throughSteps } from "./textSteps.js";

/** Places of a text that a network reads which reads any number. */
const LONGEST = 1024;

/** Not all of them, one behind the other. */
type PooledChoice = Exclude<LayerChoice, { kind: "all" }>;

export interface SentenceRequest {
  /** The source that reads the texts, and its options. */
  readonly source: "files" | "stdin";
  readonly options: Readonly<Record<string, unknown>>;
  /** One, the last, or their mix: the mean, or the sum by shares. */
  readonly layers: PooledChoice;
  readonly pooling: Pooling;
  readonly signal?: AbortSignal;
  /** Is told once of how many texts the end was left out. */
  readonly onCut?: (texts: number) => void;
}

/**
 * A vector a document by what a language model makes of its places, as many as it reads at once; zeros for one without a word. State: a batch of
 * tokens, and the parameters.
 * @throws TypeError if the network tells no layers; RangeError if there is no such layer, or one of another size than the last
 */
export async function* sentenceVectorsOf(
  model: LanguageModel,
  { source, options, layers, pooling, signal, onCut }: SentenceRequest,
): AsyncGenerator<DocumentVectorBatch> {
  const { network, values, vocabulary } = makeLanguageModel("vectors", model, builtIn);
  const shares = sharesOf(network, layers);
  const vectorSize = network.layerSizes!.at(-1)!;
  const reader = new PooledReader(network, openEngine(), values);
  const texts = new TextIds(vocabulary, network, model);
  const documents = new WordDocuments(texts.wordForm);
  let [count, cut] = [0, 0];
  let ended: MarkedText[] = [];
  const take = (words: Int32Array) => {
    const row = texts.of(words, network.longest ?? LONGEST);
    if (row.isCut) cut++;
    ended.push(markPlaces(row, pooling));
  };
  async function rows(): Promise<DocumentVectorBatch> {
    const some = ended;
    ended = [];
    const read = some.filter(({ ids }) => ids.length > 0).map((text) => [text]);
    const pooled = await reader.read(read, { layers: "mix", texts: 1 });
    const first = count;
    count += some.length;
    return {
      ...{ vectorSize, epoch: 0, rowDocuments: Uint32Array.from(some, (_, row) => first + row) },
      values: mixed(
        some.map(({ ids }) => (ids.length > 0 ? pooled.shift()! : undefined)),
        shares,
        vectorSize,
      ),
    };
  }
  const unit = builtIn.units.get(source)!;
  const read = makeUnit(unit, {}, fillOptions(unit, options), { epoch: 0 }) as Observable<TextBatch>;
  const tokens = throughSteps(read, await languageModelSteps("vectors", model, builtIn));
  for await (const batch of toAsyncIterable(tokens, signal ? { signal } : {})) {
    documents.add(batch, take);
    if (ended.length > 0) yield await rows();
  }
  documents.finish(take);
  if (ended.length > 0) yield await rows();
  if (cut > 0) onCut?.(cut);
}

/** Writes them to a file, and tells how many. */
export async function writeSentenceVectors(model: LanguageModel, request: SentenceRequest, path: string) {
  const { signal } = request;
  let [documents, vectorSize] = [0, 0];
  const write = writeDocumentVectors({ path: outputPlace("vectors", path) });
  await run(fromPull(() => sentenceVectorsOf(model, request)).pipe(write), {
    ...(signal ? { signal } : {}),
    onEvent(batch) {
      documents += batch.rowDocuments.length;
      vectorSize = batch.vectorSize;
    },
  });
  return { documents, vectorSize };
}

/** What of each layer is taken, of those that are as wide as the last one. */
function sharesOf({ layerSizes, hidden }: Network, layers: SentenceRequest["layers"]): number[] {
  if (!hidden || !layerSizes) throw new TypeError("vectors: the network must tell its layers, got one that does not");
  const pooled = [...layerSizes.keys()].filter((layer) => layerSizes[layer] === layerSizes.at(-1));
  if (layers.kind === "mix") {
    const { shares = pooled.map(() => 1 / pooled.length) } = layers;
    if (shares.length === pooled.length) return [...shares];
    throw new RangeError(`vectors: a mix must have a share for each of ${pooled.length} layers, got ${shares.length}`);
  }
  const wanted = layers.kind === "last" ? layerSizes.length - 1 : layers.layer;
  if (pooled.includes(wanted)) return pooled.map((layer) => (layer === wanted ? 1 : 0));
  throw new RangeError(`vectors: the layer must be one of ${pooled.join(", ")}, got ${wanted}`);
}

function mixed(rows: readonly (Float32Array | undefined)[], shares: readonly number[], size: number): Float32Array {
  const values = new Float32Array(rows.length * size);
  rows.forEach((row, k) => {
    for (const [layer, share] of shares.entries())
      for (let d = 0; row && d < size; d++) values[k * size + d]! += share * row[layer * size + d]!;
  });
  return values;
}
