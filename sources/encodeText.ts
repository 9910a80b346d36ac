import type { OnInvalid } from "./cleanText.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";

const LONE_SURROGATE = /\p{Surrogate}/gu; // under the u flag a whole pair is one character, and does not match

/**
 * A string as clean UTF-8. Strings can hold half a surrogate pair, which UTF-8 cannot: it becomes U+FFFD, and counts as the
 * three bytes that it would take.
 */
export function encodeText(text: string, where: string, onInvalid: OnInvalid, report: InputReport): Uint8Array {
  const lone = text.isWellFormed() ? 0 : text.match(LONE_SURROGATE)!.length;
  if (lone > 0 && onInvalid === "reject") throw report.fault(where, "invalid Unicode, half a surrogate pair");
  report.add("invalidBytes", 3 * lone);
  return unifyLineEnds(Buffer.from(text));
}
