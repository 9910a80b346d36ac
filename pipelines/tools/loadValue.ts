import type { DataKind } from "../../schemas/index.js";
import { readWhole } from "../../storage/tables/wholeTable.js";
import { checkAgainstManifest } from "../record/checkAgainstManifest.js";
import { fileOfRun } from "../record/fileOfRun.js";

/**
 * Reads the value that a file of a kind holds, or that of a run by its folder.
 * @throws SyntaxError also where the file is not as the run's manifest beside it says
 */
export async function loadValue(kind: DataKind, path: string): Promise<unknown> {
  const file = await checkedFile(kind, path);
  return kind.load?.(file) ?? readWhole(kind, file);
}

/**
 * The file that a path stands for.
 * @throws SyntaxError if it is not as the run's manifest beside it says
 */
export async function checkedFile(kind: Pick<DataKind, "name">, path: string): Promise<string> {
  const file = fileOfRun(path, kind.name);
  await checkAgainstManifest(file);
  return file;
}
