import { ask } from "../api.js";

/** The topics of a model, and which one each term belongs to most. */
export interface TermTopics {
  readonly topics: readonly { readonly topic: number; readonly name?: string; readonly terms: readonly string[] }[];
  readonly topicOf: ReadonlyMap<string, number>;
}

const PAGE = 50_000;
const SHOWN = 3;

export async function loadTopics(model: string, signal: AbortSignal): Promise<TermTopics> {
  const described = await ask<{ topics: { topic: number; name?: string; terms: { term: string }[] }[] }>(
    "topics",
    { model, k: SHOWN },
    signal,
  );
  const topicOf = new Map<string, number>();
  for (let from = 0, of = 1; from < of; from += PAGE) {
    const parameters = { model, from, limit: PAGE };
    const page = await ask<{ of: number; terms: string[]; topics: number[] }>("termTopics", parameters, signal);
    page.terms.forEach((term, k) => {
      topicOf.set(term, page.topics[k]!);
    });
    of = page.of;
  }
  const topics = described.topics.map(({ terms, ...topic }) => ({ ...topic, terms: terms.map(({ term }) => term) }));
  return { topics, topicOf };
}
