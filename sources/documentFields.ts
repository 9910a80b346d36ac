import { boolean, integer, oneOf, text } from "../schemas/fields.js";

/** The options that every source of documents shares. */
export const documentFields = {
  field: text({
    description:
      "Where a record holds its text: a column's name or number from 1, in JSON and Parquet also a path such as `article.body`",
    default: "text",
    minLength: 1,
  }),
  header: boolean({ description: "The first record of a CSV or TSV file names the columns", default: true }),
  onInvalid: oneOf(["replace", "reject"], {
    description: "Bytes that are not UTF-8 become U+FFFD and are counted, or end the run",
    default: "replace",
  }),
  chunkSize: integer({ description: "Bytes read at once, and about as many in a batch", default: 262_144, min: 1 }),
  maxRecordLength: integer({
    description: "Longest record of JSONL, CSV or TSV, in bytes; plain text has no limit",
    default: 16_777_216,
    min: 1,
  }),
} as const;
