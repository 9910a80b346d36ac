import type { OnInvalid } from "./cleanText.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";

const LONE_SURROGATE = /\p{Surrogate}/gu; // under the u flag a whole pair is one character, and does not match

/** A string as clean UTF-8. */
export function encodeText(text: string, where: string, onInvalid: OnInvalid, report: InputReport): Uint8Array {
  return unifyLineEnds(Buffer.from(wellFormed(text, where, onInvalid, report)));
}

/**
 * A string that UTF-8 can hold. Strings can hold half a surrogate pair, which UTF-8 cannot: it becomes U+FFFD, and counts as the
 * three bytes that it would take.
 */
export function wellFormed(text: string, where: string, onInvalid: OnInvalid, report: InputReport): string {
  if (text.isWellFormed()) return text;
  if (onInvalid === "reject") throw report.fault(where, "invalid Unicode, half a surrogate pair");
  report.add("invalidBytes", 3 * text.match(LONE_SURROGATE)!.length);
  return text.toWellFormed();
}
