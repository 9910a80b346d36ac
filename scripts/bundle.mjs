// Joins the modules that tsc wrote to .cache/modules into a few files, dist/chunks/*.js: a start opens ten files, not a thousand. Each module
// keeps its place in dist as a door of one line to the chunk that holds it, so that the package's entries, threads, tests and benchmarks all
// run the code that ships, once. Packages in pure JavaScript are joined too, and their licences go along in dist/chunks/LICENCES.txt.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, ".cache/modules");
const packages = join(root, "node_modules");
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

// What is installed beside it stays outside: machine code, a package that is no strict-mode JavaScript, and what only some users want. RxJS
// is installed for the operators that others write, and joined all the same.
const external = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => name !== "rxjs");
// RxJS offers Node a form that cannot be cut down to what is used.
const alias = { rxjs: join(packages, "rxjs/dist/esm/index.js") };

/** Each has what those before it lack, and is loaded after them: what a command asks for while it is loaded is there. */
const CHUNKS = ["threads", "start", "run", "lexstream", "cli", "bench"];
let chunks;
const paths = readdirSync(modules, { recursive: true }).filter((path) => path.endsWith(".js"));
const bundle = await rolldown({
  input: Object.fromEntries(paths.map((path) => [path.slice(0, -".js".length), join(modules, path)])),
  platform: "node",
  external,
  resolve: { alias },
  plugins: [ownUrls()],
  onLog: (level, { message }) => stop(`${level}: ${message}`),
});
const { output } = await bundle.write({
  dir: join(root, "dist"),
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name].js",
  comments: { legal: true, jsdoc: false },
  codeSplitting: {
    groups: [
      { name: "tslib", test: /node_modules\/tslib\//, priority: 4 }, // several packages share it
      { name: packageOf, debugName: "packages", test: /node_modules/, priority: 3 },
      ...CHUNKS.map((chunk, k) => ({
        name: (id, graph) => (chunkOf(id, graph) === chunk ? chunk : null),
        debugName: chunk,
        test: /\.cache\/modules\//,
        priority: 2 - k / CHUNKS.length,
        // A module that nobody imports, as those of the threads, stays where it is.
        minShareCount: 2,
      })),
    ],
  },
});
for (const { fileName, code } of output)
  if (code !== undefined) writeFileSync(join(root, "dist", fileName), inAscii(code));
const joined = new Set(output.flatMap(({ moduleIds }) => moduleIds.map(packageOf)).filter(Boolean));
writeFileSync(join(root, "dist/chunks/LICENCES.txt"), [...joined].sort().map(licence).join("\n"));

// Scripts of pages: one file each, which is put into the page.
const pages = await rolldown({
  input: join(root, "page/termMap.ts"),
  platform: "browser",
  resolve: { extensionAlias: { ".js": [".ts"] } },
  onLog: (level, { message }) => stop(`${level}: ${message}`),
});
await pages.write({ file: join(root, "dist/page/termMap.js"), format: "iife", minify: true });

/** The package that a module belongs to; nothing for our own. */
function packageOf(id) {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id.replaceAll(sep, "/"))?.[1];
}

/** The chunk that a module of our own belongs to. */
function chunkOf(id, graph) {
  chunks ??= chunksOf(graph);
  return chunks.get(id) ?? null;
}

function chunksOf(graph) {
  const chunks = new Map();
  const take = (name, starts) => {
    const reached = new Set(starts.map((path) => join(modules, path)));
    for (const id of reached)
      for (const imported of graph.getModuleInfo(id)?.importedIds ?? [])
        if (imported.startsWith(modules)) reached.add(imported);
    for (const id of reached) if (!chunks.has(id)) chunks.set(id, name);
  };
  const matching = (pattern) => paths.filter((path) => pattern.test(path));
  // Threads that do a part of the work start often. Those of the command line need all there is.
  take("threads", matching(/^(?!cli\b).*(Worker|Thread|\.thread)\.js$/));
  take("start", ["cli/main.js"]);
  take("run", ["cli/commands/run.js", ...unitsOf("pipelines/configs/quickstart.yaml")]);
  take("lexstream", matching(/^(?!cli\b|bench\b)/));
  take("cli", matching(/^cli\/\w+\.js$/));
  take("bench", matching(/^bench\b/));
  return chunks;
}

/** The modules of a config's units and of the kinds of data between them, which are named where they are loaded when they are asked for. */
function unitsOf(config) {
  const named = (module, name) => {
    const text = readFileSync(join(modules, module), "utf8");
    const [, path] = new RegExp(`\\b${name}: \\(\\) => load\\("([^"]+)"\\)`).exec(text) ?? [];
    return path === undefined ? [] : [join(dirname(module), path)];
  };
  const steps = readFileSync(join(root, config), "utf8").matchAll(/^ +(?:- )?(\w+)\b/gm);
  const units = [...steps].flatMap(([, name]) => named("pipelines/config/registry.js", name));
  const kinds = units.flatMap((path) =>
    [...readFileSync(join(modules, path), "utf8").matchAll(/^ +(?:reads|makes): "(\w+)"/gm)].map(([, kind]) => kind),
  );
  return [...units, ...kinds.flatMap((kind) => named("kinds/kinds.js", kind))];
}

/** Keeps `import.meta.url` what it is in the source: the place of the module, not of the chunk that holds it. */
function ownUrls() {
  const mark = "import.meta.url";
  const hidden = /__urlOf\("([^"]+)"\)/g;
  return {
    name: "own-urls",
    transform: (code, id) =>
      id.startsWith(modules) && code.includes(mark)
        ? { code: code.replaceAll(mark, `__urlOf("${relative(modules, id).replaceAll(sep, "/")}")`) }
        : undefined,
    renderChunk: (code, { fileName }) =>
      code.replace(hidden, (_, path) =>
        path === fileName ? mark : `new URL("${relative(dirname(fileName), path).replaceAll(sep, "/")}", ${mark}).href`,
      ),
  };
}

/** The same code in one byte a character, which an engine reads and holds at half the cost: what is beyond ASCII is escaped. */
function inAscii(code) {
  if (/(^|[^\\])(\\\\)*\\[^\0-\x7f]/.test(code))
    throw new Error("bundle: an escaped character must be ASCII, got another one");
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function licence(name) {
  const folder = join(packages, name);
  const { version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copyrightnotice|notice)/i.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  const stated = `${license}, ${author?.name ?? author}`; // two packages come without a text
  return `${"=".repeat(80)}\n${name} ${version}\n\n${texts.length > 0 ? texts.join("\n\n") : stated}\n`;
}

function stop(message) {
  console.error(`bundle: ${message}`);
  process.exit(1);
}
