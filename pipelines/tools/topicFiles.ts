import type { Observable } from "rxjs";
import { TokenDocuments } from "../../kernels/linear/tokenDocuments.js";
import { type Coherence, PairsInDocuments } from "../../kernels/topics/coherence.js";
import { countTerms } from "../../kernels/topics/countTerms.js";
import { TopicInference } from "../../kernels/topics/inference.js";
import { HeldOutDocuments, type HeldOutScore } from "../../kernels/topics/perplexity.js";
import { topicTerms } from "../../kernels/topics/topicTerms.js";
import { run } from "../../runtime/run.js";
import { fillOptions, type TextBatch, type Topics } from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";
import { builtIn } from "../config/registry.js";
import { loadValue } from "./loadValue.js";
import { stepsFrom } from "./namedSteps.js";
import { textStepsOf, throughSteps } from "./textSteps.js";

/** The topics of a file, or of a run by its folder. */
export async function loadTopics(path: string): Promise<Topics> {
  return (await loadValue(builtIn.kinds.get("topics")!, path)) as Topics;
}

export interface EvaluateTopicsRequest {
  /** The source that reads the texts, and its options. */
  readonly source: "files" | "stdin";
  readonly options: Readonly<Record<string, unknown>>;
  /** The config whose steps make tokens of the texts; those that the topics were learned with if left out. */
  readonly steps?: string | undefined;
  readonly signal?: AbortSignal;
}

/** Terms of a topic whose coherence is told. */
const COHERENT = 10;

export interface TopicScores extends HeldOutScore {
  /** Coherence of each topic's most probable terms in the texts. */
  readonly coherence: Readonly<Record<keyof Coherence, readonly number[]>>;
  /** Tokens that the topics do not know; they are not predicted. */
  readonly unknownTokens: number;
}

/**
 * How well topics predict the second half of each text from its first, held-out perplexity, and how well their terms go together in the texts.
 * State: the topics, and a text.
 */
export async function evaluateTopics(
  path: string,
  { source: name, options, steps, signal }: EvaluateTopicsRequest,
): Promise<TopicScores> {
  const topics = await loadTopics(path);
  const held = new HeldOutDocuments(new TopicInference(topics));
  const lists = topicTerms(topics, { k: COHERENT, by: "probability" }).map(({ terms }) =>
    terms.map(({ term }) => term),
  );
  const pairs = new PairsInDocuments(lists);
  const documents = new TokenDocuments();
  let unknownTokens = 0;
  const visit = (found: readonly string[], _: readonly string[], length: number) => {
    const { terms, counts, tokens } = countTerms(topics.vocabulary, found);
    unknownTokens += length - tokens;
    held.add(terms, counts);
    pairs.add(topics.vocabulary, terms);
  };
  const unit = builtIn.units.get(name)!;
  const source = makeUnit(unit, {}, fillOptions(unit, options), { epoch: 0 }) as Observable<TextBatch>;
  const made = await (steps === undefined ? textStepsOf(path, topics, builtIn) : stepsFrom(steps));
  await run(throughSteps(source, made), {
    ...(signal ? { signal } : {}),
    onEvent: (batch) => documents.add(batch, visit),
  });
  documents.finish(visit);
  const { npmi, uMass, cV } = pairs.coherence();
  return { ...held.score, unknownTokens, coherence: { npmi: [...npmi], uMass: [...uMass], cV: [...cV] } };
}
