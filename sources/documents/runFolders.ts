import { open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CHECKPOINT, CHECKPOINT_STATE, LOCK, MANIFEST } from "../../schemas/runFolder.js";

const HEAD_BYTES = 1 << 16;

/** What the beginning of each file says in the folder of a run; other programs have files of these names, too. */
const MARKS: readonly (readonly [path: string, said: RegExp])[] = [
  [LOCK, /^\{.*"id":.*"pid":/],
  [MANIFEST, /^\s*\{[\s\S]*"lexstream"\s*:\s*"/],
  [join(CHECKPOINT, CHECKPOINT_STATE), /^/],
];

/**
 * The folders of runs on the way from a folder down to files: what a run has written is no text that another means to read. The folder
 * itself is not asked, since it was named.
 */
export class RunFolders {
  readonly #top: string;
  readonly #known = new Map<string, Promise<string | undefined>>();

  constructor(top: string) {
    this.#top = resolve(top);
  }

  /** The outermost that a file lies in, if it lies in one. */
  async around(file: string): Promise<string | undefined> {
    return this.#outermost(dirname(file));
  }

  #outermost(folder: string): Promise<string | undefined> {
    const known = this.#known.get(folder) ?? this.#look(folder);
    this.#known.set(folder, known);
    return known;
  }

  async #look(folder: string): Promise<string | undefined> {
    if (resolve(folder) === this.#top || dirname(folder) === folder) return undefined;
    return (await this.#outermost(dirname(folder))) ?? ((await isRunFolder(folder)) ? folder : undefined);
  }
}

async function isRunFolder(folder: string): Promise<boolean> {
  for (const [path, said] of MARKS) {
    const head = await headOf(join(folder, path));
    if (head !== undefined && said.test(head)) return true;
  }
  return false;
}

/** The beginning of a file; undefined if there is none that can be read. */
async function headOf(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    if (!(await file?.stat())?.isFile()) return undefined; // a pipe would wait for a writer
    const { buffer, bytesRead } = await file!.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file?.close();
  }
}
