import { type CountOrShare, type Duration, millisecondsOf } from "../../schemas/fields.js";
import type { TextBatch } from "../../schemas/text.js";
import { DocumentSieve } from "../documents/documentSieve.js";
import type { Draft } from "../documents/draft.js";
import { InputReport } from "../documents/inputReport.js";
import { TextWriter } from "../documents/textWriter.js";
import { gather } from "./inbox.js";
import { type MessageSettings, MessageTaker } from "./messageTaker.js";

/** What was read of a source of messages, between two of them. */
export interface MessageMark {
  readonly messages: number;
  /** Bytes of them. */
  readonly offset: number;
  readonly documents: number;
  /** Documents begun, those that were rejected not counted. */
  readonly begun: number;
}

export interface Message {
  readonly data: Uint8Array;
}

interface BatchSettings extends MessageSettings {
  readonly chunkSize: number;
  readonly flushAfter: Duration;
  readonly maxRejected: CountOrShare;
}

interface MessageReading<M extends Message> {
  readonly who: string;
  /** Names the stream in positions and errors. */
  readonly name: string;
  readonly settings: BatchSettings;
  readonly draft: Draft;
  readonly signal: AbortSignal;
  readonly start: MessageMark | undefined;
  /** The messages, which must end when the signal aborts. */
  readonly open: (signal: AbortSignal) => AsyncIterable<M>;
  /** Names a message in errors, by its number from 1 if it has no other. */
  readonly nameOf: (message: M, number: number) => string;
  /** By what its source knows a message; null where it does not. */
  readonly idOf: (message: M, number: number) => string | null;
  /** What its source wants to know again of the last message read; undefined for one to be passed over. */
  readonly placeOf: (message: M) => object | undefined;
  /** How many messages its source has behind one; left out where it does not tell. */
  readonly waitingBehind?: (message: M) => number;
}

/** What there is of a message beside its bytes. */
const MESSAGE_OVERHEAD = 64;

/**
 * Batches of whole messages, about `chunkSize` bytes or what came within `flushAfter`; each with a cursor.
 * State: five chunks of messages, and a batch.
 */
export async function* messageBatches<M extends Message>(reading: MessageReading<M>): AsyncGenerator<TextBatch> {
  const { who, name, settings, draft, start, idOf, nameOf, placeOf, waitingBehind } = reading;
  const { chunkSize, flushAfter } = settings;
  const { begun, documents = 0, offset = 0 } = start ?? {};
  let { messages: number = 0 } = start ?? {};
  const sieve = await DocumentSieve.open(who, settings, draft.reject);
  const report = new InputReport(who, name, draft.ledger, sieve, { offset, line: 1, documents });
  const writer = new TextWriter(chunkSize, begun);
  const taker = new MessageTaker(settings, report, writer);
  const limits = { groupSize: chunkSize, capacity: 4 * chunkSize, wait: millisecondsOf(flushAfter) };
  const stop = new AbortController();
  const messages = reading.open(AbortSignal.any([reading.signal, stop.signal]));
  try {
    for await (const group of gather(messages, ({ data }) => data.length + MESSAGE_OVERHEAD, limits)) {
      let place: object | undefined;
      for (const message of group) {
        const next = placeOf(message);
        if (!next) continue;
        place = next;
        number++;
        taker.take(message.data, nameOf(message, number), idOf(message, number));
      }
      if (!place) continue;
      const { position, ...batch } = writer.take();
      const mark: MessageMark = {
        messages: number,
        offset: taker.offset,
        documents: report.documents,
        begun: position.documents,
      };
      const waiting = waitingBehind && { waiting: { documents: waitingBehind(group.at(-1)!) } };
      yield { ...batch, position: { ...position, ...waiting, cursor: JSON.stringify({ ...place, ...mark }) } };
    }
  } finally {
    stop.abort();
  }
}
