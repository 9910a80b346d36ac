import { from, lastValueFrom, toArray } from "rxjs";
import { contextPairs, type WindowContextsOptions, windowContexts } from "#operators";
import type { ContextBatch, PairBatch } from "#schemas";
import { type Documents, idBatches } from "./tokens.js";

export async function contextsOf(text: Documents, options: WindowContextsOptions, cuts?: readonly number[]) {
  return lastValueFrom(from(await idBatches(text, cuts)).pipe(windowContexts(options), toArray()));
}

export const pairsOf = (contexts: readonly ContextBatch[], batchSize?: number) =>
  lastValueFrom(from(contexts).pipe(contextPairs({ batchSize }), toArray()));

/** Centre, context and distance of each pair. */
export function rows(batches: readonly PairBatch[]): [string, string, number][] {
  return batches.flatMap(({ vocabulary: { terms }, centre, context, distance }) =>
    Array.from(centre, (id, i): [string, string, number] => [terms[id]!, terms[context[i]!]!, distance[i]!]),
  );
}

/** The definition: all pairs of places of a sentence that are at most `windowSize` apart. */
export function pairsByHand(text: Documents, windowSize: number): [string, string, number][] {
  return text
    .flat()
    .flatMap((words) =>
      words.flatMap((centre, i) =>
        words
          .map((context, j): [string, string, number] => [centre, context, j - i])
          .filter(([, , distance]) => distance !== 0 && Math.abs(distance) <= windowSize),
      ),
    );
}
