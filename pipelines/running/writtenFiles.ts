import type { Ledger } from "../../runtime/ledger.js";

/** Every file that a sink said it wrote, in a branch or not, with its rows. */
export function* writtenFiles(ledger: Ledger): Generator<[path: string, rows: number]> {
  for (const [name, part] of ledger.children) {
    if (part.counts.has("rows")) yield [name, part.get("rows")];
    yield* writtenFiles(part);
  }
}
