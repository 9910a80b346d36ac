import { type FileHandle, open } from "node:fs/promises";
import { defer, type Observable } from "rxjs";
import { contentOf, parquet } from "../kernels/text/content.js";
import { type RunScope, requireScope } from "../runtime/flow.js";
import { fromPull } from "../runtime/fromPull.js";
import { oneOf, texts } from "../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../schemas/options.js";
import type { TextBatch } from "../schemas/text.js";
import { defineUnit } from "../schemas/units.js";
import { ChunkMemory } from "../storage/files/chunkMemory.js";
import { requireUnchanged, stampOf } from "../storage/files/fileStamp.js";
import { readChunks } from "../storage/files/readChunks.js";
import { unreadable } from "../storage/files/unreadable.js";
import { checkEntrySettings, POSITION } from "./documents/documentEntry.js";
import { documentFields } from "./documents/documentFields.js";
import { DocumentSieve } from "./documents/documentSieve.js";
import { fileFormats, guessFormat, isPackedName } from "./documents/fileFormats.js";
import { InputReport } from "./documents/inputReport.js";
import { countLeftOut } from "./documents/leftOut.js";
import { listFiles } from "./documents/listFiles.js";
import { passesTextOn, readDocuments } from "./documents/readDocuments.js";
import { readParquet } from "./documents/readParquet.js";
import { TextWriter } from "./documents/textWriter.js";

export const filesSchema = defineUnit({
  name: "files",
  kind: "source",
  reads: "nothing",
  makes: "text",
  replayable: true,
  standard: {},
  summary: "Reads documents from files, globs and folders, packed or not, in a stated order",
  fields: {
    paths: texts({
      description:
        "Files, globs and folders, read in this order; inside a glob or a folder by code point of the path; each file once",
      file: "input",
      minItems: 1,
      example: ["corpus.txt"],
    }),
    format: oneOf(fileFormats, {
      description:
        "What a document is: each of the `lines`, the whole `file`, `paragraphs` between blank lines, `labelled` lines as of fastText, or a record's field; `auto` goes by content and name",
      default: "auto",
    }),
    ...documentFields,
  },
  create: (_, options, { readAtOnce = false }): Observable<TextBatch> =>
    reading(parseOptions(filesSchema, options), readAtOnce),
});

export type FilesOptions = OptionsOf<typeof filesSchema>;
type FilesSettings = SettingsOf<typeof filesSchema>;

/**
 * Reads documents from files, as a cold stream: subscribing again reads the same text again.
 *
 * Out: TextBatch, about `chunkSize` bytes each; small documents share a batch, long ones go on over many.
 * State: two chunks as read, one unpacked, one batch of less than two chunks; of JSONL, CSV and TSV one record besides, of Parquet one
 * column of one row group, or of a few pages where the file has an index of them. Unsubscribing closes the file within one batch.
 * Counts `inputBytes` (on disk), `bytes` (unpacked), `documents`, `rejectedDocuments`, `invalidBytes` and `nulls`, for the run and for
 * each file. Hands each rejected document to `onRejected` of the run.
 * @throws TypeError or RangeError at the call, for a wrong option
 * @throws Error through the stream, for a missing, unreadable, cut or corrupt file, or one that changes while it is read; SyntaxError for one that cannot be parsed;
 *   RangeError for more rejected documents than `maxRejected`
 * @example
 *   await run(files({ paths: ["corpus", "news/*.jsonl.gz"], field: "body" }).pipe(tokenize(), buildVocab()));
 */
export function files(options: FilesOptions): Observable<TextBatch> {
  return reading(parseOptions(filesSchema, options), false);
}

/** With `readAtOnce`, nobody keeps a batch: its memory is used again. */
function reading(settings: FilesSettings, readAtOnce: boolean): Observable<TextBatch> {
  checkEntrySettings("files", settings, [POSITION]);
  return defer(() => {
    const scope = requireScope("files");
    return fromPull((signal) => readFiles(settings, readAtOnce, scope, signal));
  });
}

async function* readFiles(
  settings: FilesSettings,
  readAtOnce: boolean,
  scope: RunScope,
  signal: AbortSignal,
): AsyncGenerator<TextBatch> {
  const inputs = await listFiles(settings.paths, "files", countLeftOut(scope.ledger));
  const writer = new TextWriter(settings.chunkSize);
  const sieve = await DocumentSieve.open("files", settings, scope.reject);
  for (const { path } of inputs) {
    signal.throwIfAborted();
    if (!sieve.takesAnyOf(path)) continue;
    yield* readFile(path, settings, readAtOnce, new InputReport("files", path, scope.ledger, sieve), writer);
  }
  sieve.finish("files");
  if (!writer.isEmpty) yield writer.take();
}

async function* readFile(
  path: string,
  settings: FilesSettings,
  readAtOnce: boolean,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const file = await open(path).catch((error: unknown) => {
    throw unreadable("files", path, error);
  });
  try {
    const stamp = await stampOf(file);
    if (stamp && stamp.size < 4n && isPackedName(path))
      throw report.fault("", `must be a whole packed file, got ${stamp.size} bytes`);
    const content = contentOf(await firstBytes(file));
    const format = settings.format === "auto" ? guessFormat(path, content === parquet) : settings.format;
    if (format === "parquet") {
      yield* readParquet(file, settings, report, writer);
      report.add("inputBytes", (await file.stat()).size);
    } else {
      const passesOn = content?.packing === undefined && passesTextOn(format, settings, report);
      const memory = new ChunkMemory(settings.chunkSize, readAtOnce && passesOn);
      const chunks = counted(readChunks(file, settings.chunkSize, memory), report);
      for await (const batch of readDocuments(chunks, format, settings, report, writer)) {
        yield batch;
        if (writer.isEmpty) memory.release();
      }
    }
    await requireUnchanged("files", path, stamp);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall ? unreadable("files", path, error) : error;
  } finally {
    await file.close();
  }
}

/** Counts bytes as they lie on disk, so that progress can be told of packed files too. */
async function* counted(chunks: AsyncIterable<Uint8Array>, report: InputReport): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    report.add("inputBytes", chunk.length);
    yield chunk;
  }
}

/** Enough to know Parquet. */
async function firstBytes(file: FileHandle): Promise<Uint8Array> {
  const bytes = Buffer.alloc(8);
  let done = 0;
  for (let read = -1; read !== 0 && done < bytes.length; done += read) {
    read = (await file.read(bytes, done, bytes.length - done, done)).bytesRead;
  }
  return bytes.subarray(0, done);
}
