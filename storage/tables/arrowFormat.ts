import type { TableFormat } from "./tableWriter.js";

/** Arrow IPC file, 65,536 rows a batch. */
export const arrowFormat: TableFormat = {
  name: "arrow",
  blockRows: 1 << 16,
  load: async () => (await import("./arrowEncoder.js")).openArrowEncoder,
};
