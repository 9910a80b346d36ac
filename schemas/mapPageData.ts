/** What a page with a map of terms holds, and its script reads; numbers are little-endian bytes in base64. */
export interface MapPageData {
  readonly terms: readonly string[];
  /** uint16 (V, 2), 0 .. 65535. */
  readonly points: string;
  /** uint8 (V,). */
  readonly groups: string;
  /** `idBytes` bytes each (V, nearest). */
  readonly near: string;
  readonly nearest: number;
  readonly idBytes: number;
  readonly marked: readonly number[];
  readonly colours: readonly string[];
  readonly fonts: string;
}
