import { createHash } from "node:crypto";

/** How many bytes are looked at, to tell whether an input is the one that was read before. */
export const FINGERPRINT_LENGTH = 256;

export function fingerprintOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url").slice(0, 16);
}

/** The end of what has been read, long enough for a fingerprint. */
export function endOf(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (bytes.length >= FINGERPRINT_LENGTH) return bytes.slice(-FINGERPRINT_LENGTH);
  return Buffer.concat([before, bytes]).subarray(-FINGERPRINT_LENGTH);
}
