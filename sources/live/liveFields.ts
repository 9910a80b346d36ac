import { duration, integer, oneOf } from "../../schemas/fields.js";
import { documentFields, entryFields, messageEntryFields } from "../documents/documentFields.js";
import { messageFormats } from "./messageTaker.js";

const { field, onInvalid, maxRecordLength, maxDocumentLength, maxRejected } = documentFields;

export const flushAfter = duration({
  description: "What came within this time is passed on, though it is no whole batch",
  default: "200ms",
});

/** The options that live sources of whole documents share. */
export const liveFields = {
  field,
  ...entryFields,
  onInvalid,
  chunkSize: integer({ description: "About as many bytes are passed on as one batch", default: 65_536, min: 1 }),
  maxRecordLength,
  maxDocumentLength,
  maxRejected,
} as const;

/** The same for sources of messages. */
export const messageFields = { ...liveFields, ...messageEntryFields, flushAfter } as const;

export const messageFormat = (whole: string) =>
  oneOf(messageFormats, {
    description: `What a document is: ${whole} \`message\`, each of its \`lines\`, also \`labelled\` as of fastText, or a text in each line's JSON value`,
    default: "message",
  });
