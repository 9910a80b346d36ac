const mark = "lexstream-crc32:";

/**
 * The bytes of an Arrow or Parquet file without its checksum, as another program might have written them.
 * @param {Buffer} bytes
 */
export function unsigned(bytes) {
  const copy = Buffer.from(bytes);
  const none = "x".repeat(mark.length);
  for (let at = copy.indexOf(mark); at >= 0; at = copy.indexOf(mark)) copy.write(none, at);
  return copy;
}
