/** The bytes of an Arrow or Parquet file without its checksum, as another program might have written them. */
export function unsigned(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf("lexstream-crc32:"); at >= 0; at = copy.indexOf("lexstream-crc32:")) copy.write("x", at);
  return copy;
}
