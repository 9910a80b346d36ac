import { concat, defer, finalize, ignoreElements, type OperatorFunction, of, tap } from "rxjs";
import { DocumentFrequencyCounter } from "../../kernels/documents/documentFrequencyCounter.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import { partsOfColumn } from "../../kinds/documents.js";
import { documentTerms } from "../../kinds/documentTerms.js";
import { currentScope } from "../../runtime/flow.js";
import { UNCOLLECTED_BYTES } from "../../schemas/cost.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { FinalDocumentTerms } from "../../schemas/documentTermTable.js";
import { byteSize, bytesOf, text } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import { defineUnit } from "../../schemas/units.js";
import { BatchStore } from "../../storage/files/batchStore.js";
import { ScratchFolder } from "../../storage/files/scratchFolder.js";

export const accumulateDocumentTermsSchema = defineUnit({
  name: "accumulateDocumentTerms",
  kind: "operator",
  reads: "documentTerms",
  makes: "documentTermTable",
  standard: {},
  summary: "Collects the rows of all documents into one finished table, on the disk if it is large",
  fields: {
    memory: byteSize({
      default: "512MB",
      description: "Room for the table; what does not fit goes to the scratch folder",
    }),
    scratch: text({
      optional: true,
      file: "output",
      description: "Folder for what does not fit in memory; the system's folder for temporary files if left out",
    }),
  },
  cost({ memory }, { sizes }) {
    const [rows, room] = [documentTerms.log!.bytes!(sizes), bytesOf(memory)];
    const from = ["cells", "documents"];
    if (rows <= room) return { memory: { bytes: rows, from }, held: { bytes: rows, from } };
    return {
      memory: { bytes: room, from: ["memory"] },
      held: { bytes: UNCOLLECTED_BYTES, from: ["batches read again"] },
      scratch: { bytes: rows, from },
    };
  },
  create: (_, options): OperatorFunction<DocumentTermBatch, FinalDocumentTerms> => accumulateDocumentTerms(options),
});

export type AccumulateDocumentTermsOptions = OptionsOf<typeof accumulateDocumentTermsSchema>;

/**
 * Collects the rows of a pass into one table, which models read as often as they want.
 *
 * In:  DocumentTermBatch, N documents, M cells. Out: one FinalDocumentTerms on completion; `documentFrequencies` counts the cells of each
 * term, whatever their values are.
 * State: 8 bytes per term, and the rows, 12 bytes per cell and 12 per document, up to `memory`; once there are more, all of them lie in the scratch
 * folder until the table is closed, and one batch is in memory.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; TypeError through the stream, if the
 *   vocabulary changes; RangeError, if there were no documents; Error, if the disk is full
 * @example
 *   ids$.pipe(documentTerms(), accumulateDocumentTerms({ memory: "1GB" }), feed(lsa()))
 */
export function accumulateDocumentTerms(
  options?: AccumulateDocumentTermsOptions,
): OperatorFunction<DocumentTermBatch, FinalDocumentTerms> {
  const { memory, scratch } = parseOptions(accumulateDocumentTermsSchema, options);
  const bytes = bytesOf(memory);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const collector = new Collector(bytes, new ScratchFolder(scratch));
      let table: FinalDocumentTerms | undefined;
      const collected = source.pipe(
        tap((batch) => {
          collector.add(batch);
          scope.took(documentTerms.amounts!.tokens!(batch));
        }),
        ignoreElements(),
      );
      const finished = defer(() => {
        table = collector.finish();
        return of(table);
      });
      return concat(collected, finished).pipe(
        finalize(() => {
          if (!table) collector.close();
        }),
      );
    });
}

class Collector {
  readonly #scratch: ScratchFolder;
  readonly #store: BatchStore<DocumentTermBatch>;
  readonly #counter = new DocumentFrequencyCounter();
  #first: DocumentTermBatch | undefined;

  constructor(bytes: number, scratch: ScratchFolder) {
    this.#scratch = scratch;
    this.#store = new BatchStore(accumulateDocumentTermsSchema.name, documentTerms.log!, scratch.newFile, bytes);
  }

  add(batch: DocumentTermBatch): void {
    requireFixed("accumulateDocumentTerms", batch.vocabulary);
    this.#first ??= batch;
    this.#store.add(batch);
    this.#counter.add(batch);
  }

  finish(): FinalDocumentTerms {
    if (!this.#first) throw new RangeError("accumulateDocumentTerms: the stream must have documents, got none");
    const { vocabulary, documents: column } = this.#first;
    const { counts, documents, tokens } = this.#counter.frequencies(vocabulary);
    return {
      ...{ vocabulary, documents, tokens },
      length: this.#counter.cells,
      documentFrequencies: counts,
      documentParts: partsOfColumn(column),
      batches: this.#store.seal(),
      close: () => this.close(),
    };
  }

  close(): void {
    this.#store.close();
    this.#scratch.remove();
  }
}
