import { Observable, type OperatorFunction, type Subscriber } from "rxjs";
import { currentScope, isInRun, requireScope } from "../../runtime/flow.js";
import type { ContextBatch } from "../../schemas/contexts.js";
import type { FinalCooccurrence } from "../../schemas/cooccurrence.js";
import { atMost } from "../../schemas/cost.js";
import { boolean, byteSize, bytesOf, integer, oneOf, text } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import { defineUnit } from "../../schemas/units.js";
import { cellBytes } from "../../storage/cooccurrence/rowStore.js";
import { CooccurrenceAccumulator } from "./cooccurrenceAccumulator.js";

export const accumulateCooccurrenceSchema = defineUnit({
  name: "accumulateCooccurrence",
  kind: "operator",
  reads: "contexts",
  makes: "cooccurrence",
  standard: {},
  summary: "Counts how often terms occur in each other's windows, and gives the finished table",
  paper: "Pennington et al. 2014, EMNLP, D14-1162, section 3; Stanford's cooccur.c",
  fields: {
    weighting: oneOf(["harmonic", "flat"], {
      default: "harmonic",
      description: "How a pair at distance d counts: 1/d, as in GloVe, or 1",
    }),
    symmetric: boolean({
      default: true,
      description: "Count each pair in both directions; otherwise rows are centres and columns contexts",
    }),
    memory: byteSize({
      default: "512MB",
      description:
        "Room for counting, beside what the program takes otherwise; what does not fit goes to the scratch folder",
    }),
    scratch: text({
      optional: true,
      file: "output",
      description: "Folder for what does not fit in memory; the system's folder for temporary files if left out",
    }),
    workers: integer({
      default: 0,
      min: 0,
      max: 64,
      description:
        "Threads, each of which counts some rows of the table; they share the memory. 0 counts in the main thread",
    }),
  },
  cost({ memory }, { sizes }) {
    const cooccurrences = atMost(sizes.vocabulary ** 2, sizes.pairs);
    const from = ["pairs", "vocabulary"];
    return {
      memory: { bytes: bytesOf(memory), from: ["memory"] },
      held: { bytes: atMost(bytesOf(memory), cellBytes * cooccurrences), from: ["memory", ...from] },
      scratch: { bytes: cellBytes * (cooccurrences + sizes.pairs), from },
      makes: { cooccurrences },
    };
  },
  create: (_, options): OperatorFunction<ContextBatch, FinalCooccurrence> => accumulateCooccurrence(options),
});

export type AccumulateCooccurrenceOptions = OptionsOf<typeof accumulateCooccurrenceSchema>;

const leastMemory = 1_000_000;

/**
 * Counts a whole stream of windows into one table of co-occurrences.
 *
 * In:  ContextBatch. Out: one FinalCooccurrence on completion. Sums are exact integers, so any order of the text's batches gives the
 * same table. As in GloVe, what is counted is what the windows hold: with subsampling or a random radius that is fewer pairs.
 * State: `memory`, of which an eighth stays with the table until it is closed or let go, 1.2 MB and 13 bytes a term for each thread. What does
 * not fit is written to the scratch folder: 3 to 6 bytes per cell of the table, and of each stretch of text that filled a sixth of `memory`; a
 * failure, an unsubscription or the table's `close` removes it. With `workers`, all of the table is written there. The source
 * waits while a stretch is counted; other work of the process has its turn meanwhile, unless this was subscribed outside of `run(...)`.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError through the stream, if
 *   there were no windows, or the weight of a cell is beyond 2^53 units; Error through the stream, if the disk is full
 * @see Pennington et al. 2014, https://nlp.stanford.edu/pubs/glove.pdf
 * @example
 *   ids$.pipe(windowContexts({ windowSize: 10, boundary: "document" }), accumulateCooccurrence(), feed(glove()))
 */
export function accumulateCooccurrence(
  options?: AccumulateCooccurrenceOptions,
): OperatorFunction<ContextBatch, FinalCooccurrence> {
  const settings = parseOptions(accumulateCooccurrenceSchema, options);
  const memory = bytesOf(settings.memory);
  if (memory < leastMemory)
    throw new RangeError(`accumulateCooccurrence: memory must be at least 1MB, got ${settings.memory}`);
  return (source) =>
    new Observable((subscriber) => {
      const scope = settings.workers === 0 ? currentScope() : requireScope("accumulateCooccurrence");
      const port = scope.openPort(1);
      const abort = new AbortController();
      const fail = (error: unknown) => scope.within(() => subscriber.error(error));
      const accumulator = new CooccurrenceAccumulator({
        ...settings,
        memory,
        canWait: isInRun(),
        onTaken: () => port.leave(),
        onError: fail,
      });
      let isHandedOver = false;

      async function finish(): Promise<void> {
        const table = await accumulator.finish(abort.signal);
        if (abort.signal.aborted) return;
        isHandedOver = true;
        scope.within(() => {
          subscriber.next(table);
          subscriber.complete();
        });
      }

      subscriber.add(() => {
        abort.abort();
        port.close();
        if (!isHandedOver) scope.closing(accumulator.abandon());
      });
      subscriber.add(
        source.subscribe({
          next: guarded((batch) => {
            port.enter();
            accumulator.add(batch);
            scope.took(batch.endCentre - batch.firstCentre);
          }, subscriber),
          error: (error) => subscriber.error(error),
          complete: () => {
            finish().catch(fail);
          },
        }),
      );
    });
}

/** What `action` throws travels the error channel. */
function guarded<T>(action: (value: T) => void, subscriber: Subscriber<unknown>): (value: T) => void {
  return (value) => {
    try {
      action(value);
    } catch (error) {
      subscriber.error(error);
    }
  };
}
