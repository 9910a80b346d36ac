import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEvaluationText } from "../tools/evaluationSets.js";

/** One line of so many is scored on. */
const PARTS = 10;

/**
 * Splits lines with labels into two files of a folder: every tenth line is to be scored on, the others are to be learned from. State: the file.
 * @throws RangeError if there are fewer than ten
 */
export async function splitLabelled(file: string, folder: string) {
  const lines = (await readEvaluationText(file)).split("\n").filter((line) => line.trim() !== "");
  if (lines.length < PARTS)
    throw new RangeError(`compare: ${file} must have ${PARTS} lines with labels, got ${lines.length}`);
  const written = (name: string, isOfIt: (line: number) => boolean) => {
    const path = join(folder, name);
    writeFileSync(
      path,
      lines
        .filter((_, line) => isOfIt(line))
        .map((line) => `${line}\n`)
        .join(""),
    );
    return path;
  };
  const isScored = (line: number) => line % PARTS === PARTS - 1;
  return {
    learned: written("labelled.learned.txt", (line) => !isScored(line)),
    scored: written("labelled.scored.txt", isScored),
  };
}
