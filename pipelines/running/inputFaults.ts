import { REJECTED } from "../../schemas/runFolder.js";

/** What sources count where text was not read as it was written, and how people are told. */
export const inputFaults: Readonly<Record<string, string>> = {
  invalidBytes: "bytes were not UTF-8 and were replaced",
  unnamedHeaders:
    "first records were taken as headers, though columns are told by number alone; header: false reads them as documents",
  nulls: "records had no text",
  rejectedDocuments: `documents were rejected, as ${REJECTED} lists`,
  cutFiles: "times a file was cut and read from its beginning again; what was never seen of it before is lost",
  lostBytes: "bytes were cut away before they were read",
  copiedFiles: "files were copies of one that is read, and not read again",
  nulBytes: "NUL bytes of a hole were passed over",
  lostFiles: "files were not found again",
  lostMessages: "messages were gone before they were read",
};

/** Those that were counted, in the order of the table. */
export function faultsIn(counts: ReadonlyMap<string, number>): Record<string, number> {
  const counted = Object.keys(inputFaults).map((counter) => [counter, counts.get(counter) ?? 0] as const);
  return Object.fromEntries(counted.filter(([, amount]) => amount > 0));
}
