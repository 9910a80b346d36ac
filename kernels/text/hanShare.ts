/**
 * The share of Han characters among the letters of a text, from 0 to 1; 0 where there are no letters.
 * @example hanShare(new TextEncoder().encode("ab 汉字")) // 0.5
 */
export function hanShare(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return letters === 0 ? 0 : (text.match(/\p{Script=Han}/gu)?.length ?? 0) / letters;
}
