import { isAbsolute, relative, resolve } from "node:path";

/** The path from a folder to what the current folder calls by another one. */
export const seenFrom = (folder: string, path: string) => relative(folder, resolve(path)) || ".";

/** The same, but a path that is absolute stays so. */
export const pathFrom = (folder: string, path: string) => (isAbsolute(path) ? path : seenFrom(folder, path));

/** What a folder calls by a path, as the current folder sees it. */
export const seenFromHere = (folder: string, path: string) =>
  isAbsolute(path) ? path : relative("", resolve(folder, path));
