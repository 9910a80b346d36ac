import { duration, integer } from "../../schemas/fields.js";
import { documentFields, entryFields } from "../documents/documentFields.js";

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
