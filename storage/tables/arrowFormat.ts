import type { TableFormat } from "./tableWriter.js";

/** Arrow IPC file, 65,536 rows or 1,048,576 numbers a batch at most. */
export const arrowFormat: TableFormat = {
  name: "arrow",
  blockRows: 1 << 16,
  blockValues: 1 << 20,
  load: async () => (await import("./arrowEncoder.js")).openArrowEncoder,
};
