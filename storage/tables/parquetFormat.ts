import { hasAnyLength, type TableFormat } from "./tableWriter.js";

/** Parquet file, 131,072 rows a group. */
export const parquetFormat: TableFormat = {
  name: "parquet",
  blockRows: 1 << 17,
  blockValues: 1 << 22,
  load: async () => (await import("./parquetEncoder.js")).openParquetEncoder,
  async countRows(path, { columns }) {
    const { countParquetRows } = await import("./parquetFile.js");
    return countParquetRows(
      path,
      Object.keys(columns).filter((name) => hasAnyLength(columns[name]!)),
    );
  },
};
