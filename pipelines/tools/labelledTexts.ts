import type { Observable } from "rxjs";
import { fillOptions, type TextBatch } from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";
import type { Known } from "./textSteps.js";

/** The texts of a file of lines with labels, which may be read again. */
export function labelledTexts(file: string, { units }: Pick<Known, "units">): Observable<TextBatch> {
  const source = units.get("files")!;
  const options = fillOptions(source, { paths: [file], format: "labelled" });
  return makeUnit(source, {}, options, { epoch: 0 }) as Observable<TextBatch>;
}
