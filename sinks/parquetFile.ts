import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync } from "hyparquet";

export interface ParquetFile extends AsyncBuffer {
  readonly metadata: FileMetaData;
  close(): void;
}

/** Opens a Parquet file and reads its footer. */
export async function openParquet(path: string): Promise<ParquetFile> {
  const descriptor = openSync(path, "r");
  try {
    const file = bufferOver(descriptor);
    const metadata = await parquetMetadataAsync(file);
    return { ...file, metadata, close: () => closeSync(descriptor) };
  } catch (cause) {
    closeSync(descriptor);
    throw new SyntaxError(
      `${path}: must be a whole Parquet file, got one whose footer says: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function bufferOver(descriptor: number): AsyncBuffer {
  const byteLength = fstatSync(descriptor).size;
  return {
    byteLength,
    slice(start, end = byteLength) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start));
      for (let done = 0; done < bytes.length; ) {
        const read = readSync(descriptor, bytes, done, bytes.length - done, start + done);
        if (read === 0) throw new RangeError("the file became shorter while it was read");
        done += read;
      }
      return bytes.buffer;
    },
  };
}

/** The rows that the footer promises, if every column holds as many values as the lists and rows above it need. */
export async function countParquetRows(path: string): Promise<number> {
  const file = await openParquet(path);
  file.close();
  const { metadata } = file;
  let rows = 0;
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows);
    for (const { meta_data: column } of group.columns) {
      if (Number(column?.num_values) % groupRows !== 0)
        throw new RangeError(
          `${path}: column ${column?.path_in_schema.join(".")} must hold a value for each of ${groupRows} rows, got ${column?.num_values}`,
        );
    }
    rows += groupRows;
  }
  return rows === Number(metadata.num_rows) ? rows : Number.NaN;
}
