/** Formats of documents that come as a stream of bytes. */
export const streamFormats = ["lines", "file", "paragraphs", "labelled", "jsonl", "json", "csv", "tsv"] as const;

export type StreamFormat = (typeof streamFormats)[number];
