import { from, lastValueFrom } from "rxjs";
import { expect } from "vitest";
import {
  type AccumulateCooccurrenceOptions,
  accumulateCooccurrence,
  type WindowContextsOptions,
  windowContexts,
} from "#operators";
import type { FinalCooccurrence } from "#schemas";
import { type Documents, idBatches } from "./tokens.js";

export interface CountingCase {
  readonly cuts?: readonly number[];
  readonly windows?: WindowContextsOptions;
  readonly options?: AccumulateCooccurrenceOptions;
}

/** The finished table of a text, whose batches are cut as stated. */
export async function countPairs(
  text: Documents,
  { cuts, windows, options }: CountingCase = {},
): Promise<FinalCooccurrence> {
  return lastValueFrom(
    from(await idBatches(text, cuts)).pipe(windowContexts(windows), accumulateCooccurrence(options)),
  );
}

/** A table row by row, with its terms. */
export async function cellsOf(table: FinalCooccurrence): Promise<[string, string, number][]> {
  const { terms } = table.vocabulary;
  const rows: [string, string, number][] = [];
  for await (const { row, column, weight } of table.batches())
    for (let i = 0; i < row.length; i++) rows.push([terms[row[i]!]!, terms[column[i]!]!, weight[i]!]);
  expect(rows.length).toBe(table.length);
  return rows;
}

/** The definition: every pair of places in a sentence, and the weight of its distance. */
export function cellsByHand(
  text: Documents,
  windowSize: number,
  weigh: (distance: number) => number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const sentence of text.flat())
    for (let i = 0; i < sentence.length; i++)
      for (let j = 0; j < sentence.length; j++) {
        const distance = Math.abs(i - j);
        const cell = `${sentence[i]} ${sentence[j]}`;
        if (distance > 0 && distance <= windowSize) sums.set(cell, (sums.get(cell) ?? 0) + weigh(distance));
      }
  return sums;
}
