import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The configs that ship with the package. */
const FOLDER = fileURLToPath(new URL("../../../pipelines/configs", import.meta.url));

/** Names of the ready configs, without their ending. */
export async function readyConfigs(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => basename(file, ".yaml"))
    .sort();
}

/** The path of a config: the file itself, or a ready config by its name, as it is reached from the current folder. */
export async function findConfig(nameOrPath: string): Promise<string> {
  const names = await readyConfigs();
  return names.includes(nameOrPath) ? relative("", join(FOLDER, `${nameOrPath}.yaml`)) : nameOrPath;
}

/** What takes the place of the sample texts in a config of one's own. */
const OWN_TEXT = "corpus.txt";
const SAMPLES = /\.\.\/\.\.\/data\/[\w*.-]+(, \.\.\/\.\.\/data\/[\w*.-]+)*/g;

/** A ready config's text to start from: it reads a text of one's own beside it in the place of the sample texts. */
export async function readyConfigText(name: string): Promise<string> {
  const names = await readyConfigs();
  if (!names.includes(name))
    throw new RangeError(`create: the config must be one of ${names.join(", ")}, got ${JSON.stringify(name)}`);
  const text = await readFile(join(FOLDER, `${name}.yaml`), "utf8");
  return text.replaceAll(SAMPLES, OWN_TEXT);
}
