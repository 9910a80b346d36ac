import { from } from "rxjs";
import { forEachWindow } from "#kernels";
import { type WindowContextsOptions, windowContexts } from "#operators";
import { Ledger, RunScope } from "#runtime";
import type { ContextBatch, IdBatch } from "#schemas";
import type { Documents } from "./tokens.js";

export function windowsOf(
  batches: readonly IdBatch[],
  options: WindowContextsOptions,
  ledger = new Ledger(),
): ContextBatch[] {
  const events: ContextBatch[] = [];
  new RunScope(undefined, ledger).within(() =>
    from(batches)
      .pipe(windowContexts(options))
      .subscribe((batch) => events.push(batch)),
  );
  return events;
}

/** What a reader sees who knows one batch at a time: "a b [c] d" for a centre c. */
export function seen(batches: readonly ContextBatch[]): string[] {
  return batches.flatMap((batch) => {
    const windows: string[] = [];
    forEachWindow(batch, (centre, start, end) => {
      const words = Array.from(batch.ids.subarray(start, end), (id) => batch.vocabulary.terms[id]!);
      words[centre - start] = `[${words[centre - start]}]`;
      windows.push(words.join(" "));
    });
    return windows;
  });
}

/** The definition: slices of each stretch around each of its tokens. */
export function windowsByHand(stretches: readonly (readonly string[])[], left: number, right: number): string[] {
  return stretches.flatMap((words) =>
    words.map((centre, i) =>
      [...words.slice(Math.max(0, i - left), i), `[${centre}]`, ...words.slice(i + 1, i + 1 + right)].join(" "),
    ),
  );
}

export const sentencesOf = (text: Documents) => text.flat();
export const documentsIn = (text: Documents) => text.map((document) => document.flat());
