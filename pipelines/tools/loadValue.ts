import type { DataKind } from "../../schemas/index.js";
import { readWhole } from "../../sinks/writeWhole.js";
import { checkAgainstManifest } from "../record/checkAgainstManifest.js";

/**
 * Reads the value that a file of a kind holds.
 * @throws SyntaxError also where the file is not as the run's manifest beside it says
 */
export async function loadValue(kind: DataKind, path: string): Promise<unknown> {
  await checkAgainstManifest(path);
  return kind.load?.(path) ?? readWhole(kind, path);
}
