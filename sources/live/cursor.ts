import { isPlainObject, show } from "../../schemas/options.js";

/** What a cursor says, that the same source wrote as JSON. @throws SyntaxError for anything else */
export function readCursor<Mark>(who: string, cursor: string): Mark {
  try {
    const mark: unknown = JSON.parse(cursor);
    if (isPlainObject(mark)) return mark as Mark;
  } catch {
    // told below
  }
  throw new SyntaxError(`${who}: from must be a cursor of an earlier batch, got ${show(cursor)}`);
}
