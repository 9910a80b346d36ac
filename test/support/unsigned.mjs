const mark = "lexstream-crc32:";
const tail = "as lexstream takes it";

/**
 * The bytes of an Arrow or Parquet file without its checksum, as another program might have written them.
 * @param {Buffer} bytes
 */
export function unsigned(bytes) {
  const copy = Buffer.from(bytes);
  for (const words of [mark, tail]) {
    const none = "x".repeat(words.length);
    for (let at = copy.indexOf(words); at >= 0; at = copy.indexOf(words)) copy.write(none, at);
  }
  return copy;
}
