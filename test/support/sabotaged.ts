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
import { onTestFinished } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const modules = join(root, ".cache/modules"); // what tsc made, before it is bundled
const assembly = join(root, "dist/kernels/assembly");

/** A change of the built code: the file, what stands there once, and what comes to stand there. */
export type Sabotage = readonly [file: string, find: string, replacement: string];

/** The pipelines of a copy of what is built, in which one place is changed; threads that they start are of the same copy. */
export async function sabotagedPipelines([file, find, replacement]: Sabotage) {
  mkdirSync(join(root, ".vitest"), { recursive: true });
  const folder = mkdtempSync(join(root, ".vitest/sabotage-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, "dist");
  linkAll(modules, copy);
  linkAll(assembly, join(copy, "kernels/assembly"));
  symlinkSync(join(root, "package.json"), join(folder, "package.json"));
  const parts = readFileSync(join(modules, file), "utf8").split(find);
  if (parts.length !== 2) throw new Error(`${file}: ${find} must occur once, got ${parts.length - 1} times`);
  rmSync(join(copy, file));
  writeFileSync(join(copy, file), parts.join(replacement));
  const url = pathToFileURL(join(copy, "pipelines/index.js")).href;
  return (await import(url)) as typeof import("#pipelines");
}

function linkAll(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = join(to, relative(from, path));
    mkdirSync(dirname(target), { recursive: true });
    linkSync(path, target);
  }
}
