import { extname } from "node:path";

/**
 * The format that a file's name stands for.
 * @throws TypeError if its extension stands for none
 */
export function formatOf<Format>(who: string, path: string, extensions: Readonly<Record<string, Format>>): Format {
  const extension = extname(path).slice(1).toLowerCase();
  if (!Object.hasOwn(extensions, extension)) {
    const known = Object.keys(extensions).map((each) => `.${each}`);
    throw new TypeError(
      `${who}: path must end in one of ${known.join(" ")} unless format is given, got ${JSON.stringify(path)}`,
    );
  }
  return extensions[extension]!;
}
