import type { StageState } from "../../schemas/state.js";

/** Texts as they are kept in a state: their UTF-8, one after the other, and where each ends (N,). */
export function joinTexts(texts: readonly string[]): { readonly text: Uint8Array; readonly ends: Float64Array } {
  const encoder = new TextEncoder();
  const parts = texts.map((text) => encoder.encode(text));
  const ends = new Float64Array(parts.length);
  let end = 0;
  parts.forEach((part, i) => {
    end += part.length;
    ends[i] = end;
  });
  const text = new Uint8Array(end);
  parts.forEach((part, i) => {
    text.set(part, ends[i]! - part.length);
  });
  return { text, ends };
}

/** The texts again. */
export function splitTexts({ text, ends }: StageState["arrays"]): string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return Array.from(ends!, (end, i) => decoder.decode((text as Uint8Array).subarray(i === 0 ? 0 : ends![i - 1]!, end)));
}
