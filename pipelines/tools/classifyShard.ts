import { Subject } from "rxjs";
import { Transferred } from "../../kernels/numbers/transferred.js";
import type { TextShard } from "../../kernels/text/textShards.js";
import { run } from "../../runtime/run.js";
import type { AnyClassifier, TextBatch, TokenBatch } from "../../schemas/index.js";
import { builtIn } from "../config/registry.js";
import type { ShardAnswer, ShardRequest } from "./classifyOnThreads.js";
import { stepsFrom } from "./namedSteps.js";
import { predictorOf } from "./predictorOf.js";
import { type ClassifiedText, TextClassifier } from "./textClassifier.js";
import { textStepsOf, throughSteps } from "./textSteps.js";

let opened: Promise<ShardClassifier> | undefined;

/**
 * Classifies the texts of a part, on a thread of `classifyOnThreads`. That needs all there is, as the command line does, and not the small chunk
 * of threads that learn, after which it would be named.
 */
export default async function classifyShard(
  shard: TextShard,
  request: ShardRequest,
): Promise<Transferred<ShardAnswer>> {
  opened ??= open(request);
  const { classify, idOf } = await opened;
  const answered = await classify(shard);
  const predicted = answered.flatMap((text) => text.predicted);
  const answer = {
    counts: Uint32Array.from(answered, (text) => text.predicted.length),
    labels: Uint32Array.from(predicted, ({ label }) => idOf.get(label)!),
    probabilities: Float64Array.from(predicted, ({ probability }) => probability),
    ...(request.options.reasons === undefined ? {} : { explanations: answered.map((text) => text.explanation) }),
  };
  return new Transferred(answer, [answer.counts.buffer, answer.labels.buffer, answer.probabilities.buffer]);
}

interface ShardClassifier {
  readonly classify: (shard: TextShard) => Promise<readonly ClassifiedText[]>;
  readonly idOf: ReadonlyMap<string, number>;
}

/** All parts of a thread are one stream, so that words are learned once. Each is followed by an empty text, which ends its last one. */
async function open({ path, classifier, steps: named, options }: ShardRequest): Promise<ShardClassifier> {
  const texts = new TextClassifier(predictorOf(classifier, builtIn), options);
  const steps = await (named === undefined ? textStepsOf(path, classifier, builtIn) : stepsFrom(named));
  const batches = new Subject<TextBatch>();
  const ended = run(throughSteps(batches, steps), { onEvent: (tokens: TokenBatch) => texts.add(tokens) });
  ended.catch(() => {}); // told by the part in which it happens
  let before = 0;
  const classify = async ({ bytes, documentOffsets }: TextShard): Promise<readonly ClassifiedText[]> => {
    const { length } = documentOffsets;
    const offsets = new Uint32Array(length + 1).fill(bytes.length);
    offsets.set(documentOffsets);
    batches.next({ bytes, documentOffsets: offsets, position: { source: path, offset: 0, documents: 0 } });
    const found = texts.take().slice(before);
    before = 1;
    if (found.length === length) return found;
    batches.complete();
    await ended;
    throw new RangeError(`classify: the steps of ${path} must pass on ${length} texts at once, got ${found.length}`);
  };
  return { classify, idOf: labelIds(classifier) };
}

const labelIds = ({ labels }: AnyClassifier) => new Map(labels.map((label, id) => [label, id]));
