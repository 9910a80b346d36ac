// Compiles each kernels/assembly/*.ts (AssemblyScript), whose parts lie in a folder of its name, to dist/kernels/assembly/*.wasm, and those that
// tell whether they fuse a second time, to *.relaxed.wasm; another folder of sources can be named. The result of an unchanged source is taken from
// .cache/, since compiling takes seconds.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

// Memory is always handed in, up to the 4 GiB that 32 bits address: weights live in one that several threads share.
const options = [
  "-O3",
  "--noAssert",
  ...["--runtime", "stub"],
  ...["--enable", "simd", "--enable", "threads"],
  ...["--importMemory", "--maximumMemory", "65536"],
];
/** Kernels that one thread runs, in memory of its own. */
const unshared = ["tokens.ts"];

const root = new URL("../", import.meta.url);
const folders = { source: process.argv[2] ?? "kernels/assembly/", cache: ".cache/", output: "dist/kernels/assembly/" };
for (const folder of [folders.cache, folders.output]) mkdirSync(new URL(folder, root), { recursive: true });

const common = textsIn("kernels/assembly/common/");
for (const file of readdirSync(new URL(folders.source, root)).filter((name) => name.endsWith(".ts"))) {
  const source = readFileSync(new URL(folders.source + file, root), "utf8");
  const flags = unshared.includes(file) ? options : [...options, "--sharedMemory"];
  await build(file, source, file.replace(/ts$/, "wasm"), flags);
  if (source.includes("fuses("))
    await build(file, source, file.replace(/ts$/, "relaxed.wasm"), [...flags, "--enable", "relaxed-simd"]);
}

/** What a kernel imports: parts in the folder of its name, and what all share. */
function textsIn(folder) {
  const place = new URL(folder, root);
  return existsSync(place) ? readdirSync(place).map((file) => readFileSync(new URL(file, place), "utf8")) : [];
}

async function build(file, source, target, flags) {
  const parts = textsIn(`${folders.source}${file.replace(/\.ts$/, "/")}`);
  const key = createHash("sha256")
    .update(JSON.stringify([asc.version, flags, source, parts, common]))
    .digest("hex");
  const cached = new URL(`${folders.cache}${key}.wasm`, root);
  if (!existsSync(cached)) await compile(folders.source + file, flags, cached);
  copyFileSync(cached, new URL(folders.output + target, root));
}

async function compile(path, flags, output) {
  const partial = `${fileURLToPath(output)}.${process.pid}`;
  const { error, stderr } = await asc.main([path, ...flags, "--outFile", partial, "--baseDir", fileURLToPath(root)]);
  if (error || stderr.length > 0) {
    console.error(`buildKernels: ${path} must compile without a warning, got:\n${stderr}`);
    process.exit(1);
  }
  renameSync(partial, output);
}
