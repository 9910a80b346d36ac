import { setTimeout as wait } from "node:timers/promises";
import type { Observable } from "rxjs";
import { duration, millisecondsOf, oneOf, texts } from "../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../schemas/options.js";
import type { LiveStart, TextBatch } from "../schemas/text.js";
import { defineUnit } from "../schemas/units.js";
import { checkEntrySettings, POSITION } from "./documents/documentEntry.js";
import { DocumentSieve } from "./documents/documentSieve.js";
import { countLeftOut } from "./documents/leftOut.js";
import { recordFormats } from "./documents/recordTaker.js";
import { TextWriter } from "./documents/textWriter.js";
import { FollowedFiles, type FollowMark } from "./live/followedFiles.js";
import { liveFields } from "./live/liveFields.js";
import { type Live, liveSource, liveUnit } from "./live/liveSource.js";

export const tailSchema = defineUnit({
  name: "tail",
  ...liveUnit,
  summary: "Follows files, globs and folders, and reads the lines that are added, without end",
  fields: {
    paths: texts({
      description:
        "Files, globs and folders; what is not there yet is waited for, and new files are read when they appear",
      file: "path",
      minItems: 1,
      example: ["news"],
    }),
    format: oneOf(recordFormats, {
      description:
        "What a document is: each of the `lines`, also `labelled` as of fastText, or a text in each line's JSON value",
      default: "lines",
    }),
    start: oneOf(["beginning", "end"], {
      description: "From where files are read that are there when a run begins; those that appear later are read whole",
      default: "beginning",
    }),
    pollInterval: duration({
      description: "How often files are looked at; what came since is passed on",
      default: "250ms",
    }),
    lingerFor: duration({
      description: "A file that was renamed or removed is read until nothing was added for this time",
      default: "1min",
    }),
    ...liveFields,
  },
  create: (_, options, { start }): Observable<TextBatch> => tail(options, start),
});

export type TailOptions = OptionsOf<typeof tailSchema>;
type TailSettings = SettingsOf<typeof tailSchema>;

/**
 * Reads the lines of files while they are written, as `tail -F` does: it never completes. Files are looked at every `pollInterval`;
 * one that is renamed is read to its end, one that was cut from its beginning, and a last line once it has ended.
 *
 * Out: TextBatch of whole documents, about `chunkSize` bytes, with a cursor.
 * Delivery: exactly once for each line, also of a run that goes on from a cursor, while a file that was renamed meanwhile stays in its
 * folder; a file that was cut before it was read to its end has lost the rest, unless a copy of it (copytruncate) lies beside it.
 * State: for each file an open handle, a line of at most `maxRecordLength` bytes and a mark of 200 bytes.
 * Counts `bytes`, `documents`, `rejectedDocuments`, `invalidBytes` and `nulls`, `cutFiles` (read from their beginning again), `lostBytes`
 * (of these, known to have been there and not read), `copiedFiles` (passed over), `nulBytes` (in holes, passed over) and, where a run goes
 * on, `lostFiles` (not found again).
 * @throws TypeError or RangeError at the call, for a wrong option
 * @throws Error through the stream, for a file that cannot be read; SyntaxError for a document that cannot be parsed; RangeError for
 *   more rejected documents than `maxRejected`
 * @example
 *   await run(tail({ paths: "/var/log/chat" }).pipe(tokenize(), drain((batch) => learn(batch))), { signal });
 */
export function tail(options: TailOptions, { from }: LiveStart = {}): Observable<TextBatch> {
  const settings = parseOptions(tailSchema, options);
  checkEntrySettings("tail", settings, [POSITION]);
  return liveSource<FollowMark>("tail", from, (live) => follow(settings, live));
}

async function* follow(
  settings: TailSettings,
  { draft, scope, signal, start }: Live<FollowMark>,
): AsyncGenerator<TextBatch> {
  const writer = new TextWriter(settings.chunkSize, start?.begun);
  const sieve = await DocumentSieve.open("tail", settings, draft.reject);
  const files = new FollowedFiles(settings, writer, draft.ledger, sieve, countLeftOut(scope.ledger));
  const interval = millisecondsOf(settings.pollInterval);
  try {
    await files.begin(start);
    for (;;) {
      for await (const _ of files.read()) {
        if (writer.isFull) yield files.take();
        if (signal.aborted) return;
      }
      if (!writer.isEmpty) yield files.take();
      if (!files.isBehind) await wait(interval, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      await files.look();
    }
  } finally {
    await files.close();
  }
}
