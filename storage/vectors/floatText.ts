/**
 * The shortest decimal that reads back as the same float32, and fast reading of such decimals.
 *
 * A candidate of n digits is round(x 10^k) / 10^k. Both steps are exact to the last bit of a double while 10^k is one (k <= 22),
 * so the candidate's own rounding decides; 9 digits are always enough for a float32.
 */
const powers = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
const maxDigits = 9;

/** Room that one number needs at most. */
export const floatTextBytes = 24;

/** Writes the shortest text of a finite float32 as ASCII at `at`; returns the position after it. */
export function writeFloat32(value: number, bytes: Uint8Array, at: number): number {
  if (value < 0 || Object.is(value, -0)) {
    bytes[at] = 45; // -
    return writePositive(-value, bytes, at + 1);
  }
  return writePositive(value, bytes, at);
}

function writePositive(value: number, bytes: Uint8Array, at: number): number {
  if (value === 0) {
    bytes[at] = 48;
    return at + 1;
  }
  const exponent = decimalExponent(value);
  // Plain notation for what word vectors hold; the rest is rare and left to the engine.
  if (exponent < -6 || exponent > 6) return writeRare(value, bytes, at);
  let decimals = maxDigits - 1 - exponent;
  let digits = Math.round(value * powers[decimals]!);
  for (; decimals > 0; decimals--) {
    const shorter = Math.round(value * powers[decimals - 1]!);
    if (Math.fround(shorter / powers[decimals - 1]!) !== value) break;
    digits = shorter;
  }
  return writeDecimal(digits, decimals, bytes, at);
}

/** Digits with `decimals` of them after the point. */
function writeDecimal(digits: number, decimals: number, bytes: Uint8Array, at: number): number {
  const whole = decimals === 0 ? digits : Math.floor(digits / powers[decimals]!);
  let end = writeInteger(whole, digitCount(whole), bytes, at);
  if (decimals === 0) return end;
  bytes[end++] = 46; // .
  return writeInteger(digits - whole * powers[decimals]!, decimals, bytes, end);
}

function writeInteger(value: number, length: number, bytes: Uint8Array, at: number): number {
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    const next = (rest / 10) | 0; // at most 9 digits: a 32-bit integer
    bytes[i] = 48 + rest - next * 10;
    rest = next;
  }
  return at + length;
}

function digitCount(value: number): number {
  let count = 1;
  while (count < 17 && value >= powers[count]!) count++;
  return count;
}

function decimalExponent(value: number): number {
  let exponent = 0;
  if (value >= 1) while (value >= powers[exponent + 1]! && exponent < maxDigits) exponent++;
  else while (value * powers[-exponent]! < 1 && exponent > -8) exponent--;
  return exponent;
}

function writeRare(value: number, bytes: Uint8Array, at: number): number {
  let digits = 1;
  while (digits < maxDigits && Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  const text = String(Number(value.toPrecision(digits))).replace("e+", "e");
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/**
 * The number that ASCII bytes spell, or NaN where they spell none. Infinities and NaN are none.
 * Exact: at most 15 digits and a power of ten up to 22 make one rounding; anything else is left to the engine.
 */
export function parseFloatText(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const negative = bytes[at] === 45;
  if (negative || bytes[at] === 43) at++;
  let digits = 0;
  let seen = 0;
  let decimals = 0;
  let point = false;
  for (; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      if (digits > 0) seen++;
      if (point) decimals++;
    } else if (bytes[at] === 46 && !point) point = true;
    else return parseSlowly(bytes, start, end);
  }
  if (seen > 15 || decimals > 22 || (seen === 0 && digits === 0 && end - start < 3))
    return parseSlowly(bytes, start, end);
  const value = digits / powers[decimals]!;
  return negative ? -value : value;
}

const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
  const value = decimalNumber.test(text) ? Number(text) : Number.NaN;
  return Math.abs(value) === Number.POSITIVE_INFINITY ? Number.NaN : value;
}
