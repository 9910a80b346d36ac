import type { Ledger } from "../../runtime/ledger.js";

/** Counts each folder of a run that is left out, once: for the run, and in the folder's own ledger. */
export function countLeftOut(ledger: Ledger): (folder: string) => void {
  return (folder) => {
    const part = ledger.child(folder);
    if (part.get(LEFT_OUT) > 0) return;
    for (const each of [ledger, part]) each.add(LEFT_OUT, 1);
  };
}

/** The counter's name. */
export const LEFT_OUT = "runFoldersLeftOut";
