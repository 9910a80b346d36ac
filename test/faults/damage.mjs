/** Flips bits, cuts, overwrites or lengthens; what comes back differs from what was given. */
export function damaged(bytes, below) {
  for (;;) {
    const copy = damagedOnce(bytes, below);
    if (!copy.equals(bytes)) return copy;
  }
}

function damagedOnce(bytes, below) {
  const copy = Buffer.from(bytes);
  const kind = below(20);
  if (kind < 9) flip(copy, below);
  else if (kind < 12) for (let k = 2 + below(7); k > 0; k--) flip(copy, below);
  else if (kind < 17) return copy.subarray(0, below(copy.length));
  else if (kind < 19) {
    const start = below(copy.length);
    const end = Math.min(copy.length, start + 1 + below(64));
    for (let at = start; at < end; at++) copy[at] = kind === 17 ? 0 : below(256);
  } else return Buffer.concat([copy, Buffer.from(Array.from({ length: 1 + below(32) }, () => below(256)))]);
  return copy;
}

function flip(bytes, below) {
  const bit = below(bytes.length * 8);
  bytes[bit >> 3] ^= 1 << (bit & 7);
}
