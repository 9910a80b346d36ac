/**
 * Natural logarithm and exponential from additions, multiplications and divisions only, which IEEE 754 rounds in one way.
 * `Math.log` and `Math.exp` may differ in the last bit from engine to engine, and a trained vector would carry the difference.
 * Relative errors: 2^-51 for ln away from 1, and 2^-52 (1 + |x|) for exp.
 */

const LN2 = Math.LN2;
const bits = new DataView(new ArrayBuffer(8));

/** ln x = k ln 2 + 2 atanh(s), where x = 2^k m, m in sqrt(1/2) .. sqrt(2) and s = (m - 1) / (m + 1); for finite x > 0. */
export function ln(x: number): number {
  if (x < 2 ** -1022) return ln(x * 2 ** 60) - 60 * LN2; // too small for a full mantissa
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000); // exponent 0: m in 1 .. 2
  let k = (high >>> 20) - 1023;
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s; // <= 0.0295, so that eleven terms leave less than 1e-17
  let series = 0;
  for (let n = 21; n >= 3; n -= 2) series = (series + 1 / n) * square;
  return k * LN2 + 2 * s * (1 + series);
}

/** e^x = 2^k e^r, |r| <= ln(2) / 2, by the power series of e^r; for -700 <= x <= 700. */
export function exp(x: number): number {
  const k = Math.round(x / LN2);
  const r = x - k * LN2;
  let series = 1;
  for (let n = 14; n >= 1; n--) series = 1 + (series * r) / n;
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return series * bits.getFloat64(0);
}
