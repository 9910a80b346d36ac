import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const modules = join(root, ".cache/modules"); // what tsc made, before it is bundled
const assembly = join(root, "dist/kernels/assembly");

/** A change of the built code: the file, what stands there once, and what comes to stand there. */
export type Sabotage = readonly [file: string, find: string, replacement: string];

/** Copies of what is built, in each of which one place is changed. They share the modules that do not lead to it, as none is ever unloaded. */
export class SabotagedCopies {
  readonly #folder: string;
  readonly #files = filesIn(modules);
  readonly #importers = importersOf(this.#files);
  readonly #whole: string;
  #copies = 0;

  constructor() {
    mkdirSync(join(root, ".vitest"), { recursive: true });
    this.#folder = mkdtempSync(join(root, ".vitest/sabotage-"));
    this.#whole = this.#newCopy();
    for (const file of this.#files) linkSync(join(modules, file), join(this.#whole, file));
  }

  /** The pipelines of a changed copy; threads that they start are of the same copy. */
  async pipelines([file, find, replacement]: Sabotage) {
    const parts = readFileSync(join(modules, file), "utf8").split(find);
    if (parts.length !== 2) throw new Error(`${file}: ${find} must occur once, got ${parts.length - 1} times`);
    const copy = this.#newCopy();
    const own = this.#leadingTo(file);
    for (const each of this.#files) {
      if (each === file) writeFileSync(join(copy, each), parts.join(replacement));
      else if (own.has(each)) linkSync(join(modules, each), join(copy, each));
      else symlinkSync(join(this.#whole, each), join(copy, each)); // which Node takes for the module that it leads to
    }
    const url = pathToFileURL(join(copy, "pipelines/index.js")).href;
    return (await import(url)) as typeof import("#pipelines");
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  /** Folders for all modules, and what they read beside them. */
  #newCopy(): string {
    const folder = join(this.#folder, String(this.#copies++));
    const copy = join(folder, "dist");
    for (const each of new Set(this.#files.map(dirname))) mkdirSync(join(copy, each), { recursive: true });
    symlinkSync(assembly, join(copy, "kernels/assembly"));
    symlinkSync(join(root, "package.json"), join(folder, "package.json"));
    return copy;
  }

  /** The modules that import one, or start threads of it, over any number of others. */
  #leadingTo(file: string): ReadonlySet<string> {
    const found = new Set([file]);
    for (const each of found) for (const importer of this.#importers.get(each) ?? []) found.add(importer);
    return found;
  }
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}

/** Of each module, those that name its file. */
function importersOf(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const importers = new Map<string, string[]>();
  for (const file of files) {
    for (const [, path] of readFileSync(join(modules, file), "utf8").matchAll(/"(\.{1,2}\/[^"]+\.js)"/g)) {
      const named = join(dirname(file), path!);
      importers.set(named, [...(importers.get(named) ?? []), file]);
    }
  }
  return importers;
}
