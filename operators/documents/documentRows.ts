import { concat, defer, mergeMap, type OperatorFunction } from "rxjs";
import { type WholeText, WholeTexts } from "../../kernels/documents/wholeTexts.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { currentScope, type RunScope } from "../../runtime/flow.js";
import type { StateKeeper } from "../../schemas/state.js";
import type { TextBatch } from "../../schemas/text.js";

/** What makes rows of documents, one after the other. */
export interface DocumentWorker<Row> extends StateKeeper {
  rowsOf(text: WholeText): readonly Row[];
}

/**
 * Makes rows of whole documents, and passes on those of all documents that end in a batch. State: the document that has begun, and the
 * worker's own, which is made for each subscription.
 */
export function documentRows<Row, Batch>(
  open: (scope: RunScope) => DocumentWorker<Row>,
  batchOf: (rows: readonly Row[]) => Batch,
): OperatorFunction<TextBatch, Batch> {
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const worker = open(scope);
      const texts = new WholeTexts();
      scope.keep({
        save: () => joinStates({ texts: texts.save(), worker: worker.save() }),
        restore(state) {
          const parts = splitState(state);
          texts.restore(parts.texts!);
          worker.restore(parts.worker!);
        },
      });
      const rowsIn = (read: (visit: (text: WholeText) => void) => void): Batch[] => {
        const rows: Row[] = [];
        read((text) => rows.push(...worker.rowsOf(text)));
        return rows.length > 0 ? [batchOf(rows)] : [];
      };
      return concat(
        source.pipe(mergeMap((batch) => rowsIn((visit) => texts.add(batch, visit)))),
        defer(() => rowsIn((visit) => texts.finish(visit))),
      );
    });
}
