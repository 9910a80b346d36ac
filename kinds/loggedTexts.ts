const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Texts as bytes of JSON, for the logs of batches. */
export const bytesOfTexts = (texts: readonly string[]): Uint8Array => encoder.encode(JSON.stringify(texts));

export const textsOfBytes = (bytes: Uint8Array): string[] => JSON.parse(decoder.decode(bytes)) as string[];
