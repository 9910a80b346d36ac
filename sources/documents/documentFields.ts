import { boolean, countOrShare, integer, oneOf, text, texts } from "../../schemas/fields.js";
import { defaultExpansion } from "../../storage/files/expansion.js";

/** What a source is asked to know of its documents besides their text. */
export const entryFields = {
  id: text({
    description:
      "Where a record holds the document's id, named as in `field`; or `@position`, the source's name and the document's number in it: `a.txt:12`",
    optional: true,
    minLength: 1,
  }),
  labels: text({
    description: "Where a record holds the document's labels, named as in `field`: a text, or a list of texts",
    optional: true,
    minLength: 1,
  }),
  labelSeparator: text({ description: "What separates several labels in one text", optional: true, minLength: 1 }),
  labelPrefix: text({
    description: "How a label begins in text of the format `labelled`",
    default: "__label__",
    minLength: 1,
  }),
  weight: text({
    description: "Where a record holds how much the document counts, named as in `field`: a number >= 0",
    optional: true,
    minLength: 1,
  }),
  fields: texts({
    description: "What else of a record is kept with its document, named as in `field`: texts, numbers, truth values",
    optional: true,
    minItems: 1,
  }),
} as const;

/** The same where documents come in messages. */
export const messageEntryFields = {
  ...entryFields,
  id: text({
    description:
      "Where a record holds the document's id, named as in `field`; or `@message`, by which the source knows its message, or `@position`, the stream's name and the document's number in it",
    optional: true,
    minLength: 1,
  }),
} as const;

/** The same where documents have no place of their own. */
export const postEntryFields = {
  ...entryFields,
  id: text({
    description: "Where a record holds the document's id, named as in `field`",
    optional: true,
    minLength: 1,
  }),
} as const;

/** The options that every source of documents shares. */
export const documentFields = {
  field: text({
    description:
      "Where a record holds its text: a column's name or number from 1, in JSON and Parquet also a path such as `article.body`",
    default: "text",
    minLength: 1,
  }),
  header: boolean({ description: "The first record of a CSV or TSV file names the columns", default: true }),
  ...entryFields,
  onInvalid: oneOf(["replace", "reject"], {
    description: "Bytes that are not UTF-8 become U+FFFD and are counted, or their document is rejected",
    default: "replace",
  }),
  chunkSize: integer({ description: "Bytes read at once, and about as many in a batch", default: 262_144, min: 1 }),
  maxRecordLength: integer({
    description: "Longest record of JSONL, CSV or TSV, in bytes; plain text has no limit",
    default: 16_777_216,
    min: 1,
  }),
  maxExpansion: integer({
    description:
      "Unpacked bytes for each packed one; a file that unpacks to more than that, and to more than 64 MiB, is refused",
    default: defaultExpansion,
    min: 1,
  }),
  maxDocumentLength: integer({ description: "A longer document, in bytes, is rejected", min: 1, optional: true }),
  maxRejected: countOrShare({
    description:
      'How many documents may be rejected and left out: a number, or a share such as "1%" of them; one more ends the run',
    default: 0,
  }),
  only: text({
    description: "A list of rejected documents, `rejected.jsonl` of an earlier run: no others are read",
    optional: true,
    file: "input",
  }),
} as const;
