import { defer, type Observable } from "rxjs";
import { type RunScope, requireScope } from "../../runtime/flow.js";
import { isPlainObject, show } from "../../schemas/options.js";
import type { TextBatch } from "../../schemas/text.js";
import { type Draft, fromDrafts } from "../documents/draft.js";

/** What the units of live sources that never end by themselves have in common. */
export const liveUnit = {
  kind: "source",
  reads: "nothing",
  makes: "text",
  replayable: false,
  live: true,
  endless: true,
} as const;

/** A live source, from its subscription on. */
export interface Live<Mark> {
  readonly who: string;
  readonly scope: RunScope;
  readonly draft: Draft;
  /** Aborts when nobody reads any more; the source must then stop waiting. */
  readonly signal: AbortSignal;
  /** The place that the cursor names; undefined for a new run. */
  readonly start: Mark | undefined;
}

/**
 * What a live source reads from its beginning or from the cursor `from` on, opened anew by each subscription.
 * @throws SyntaxError at the call, for anything but a cursor, which is a mark as JSON
 */
export function liveSource<Mark>(
  who: string,
  from: string | undefined,
  open: (live: Live<Mark>) => AsyncIterable<TextBatch>,
): Observable<TextBatch> {
  const start = from === undefined ? undefined : readCursor<Mark>(who, from);
  return defer(() => {
    const scope = requireScope(who);
    return fromDrafts(scope, (draft, signal) => open({ who, scope, draft, signal, start }));
  });
}

function readCursor<Mark>(who: string, cursor: string): Mark {
  try {
    const mark: unknown = JSON.parse(cursor);
    if (isPlainObject(mark)) return mark as Mark;
  } catch {
    // told below
  }
  throw new SyntaxError(`${who}: from must be a cursor of an earlier batch, got ${show(cursor)}`);
}
