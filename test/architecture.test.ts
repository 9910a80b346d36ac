import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

// cli -> serve -> pipelines -> { sources operators models sinks } -> storage -> kinds -> runtime -> kernels -> schemas, page -> kernels; a folder
// may also import from itself.
const UNITS = ["sources", "operators", "models", "sinks"];
const BELOW = ["storage", "kinds", "runtime", "kernels", "schemas"];
const mayImport: Readonly<Record<string, readonly string[]>> = {
  schemas: [],
  kernels: ["schemas"],
  runtime: ["kernels", "schemas"],
  kinds: ["runtime", "kernels", "schemas"],
  storage: ["kinds", "runtime", "kernels", "schemas"],
  ...Object.fromEntries(UNITS.map((folder) => [folder, BELOW])),
  pipelines: [...UNITS, ...BELOW],
  serve: ["pipelines", ...UNITS, ...BELOW],
  cli: ["serve", "pipelines", ...UNITS, ...BELOW],
  page: ["kernels", "schemas"], // runs in browsers
};
const folders = Object.keys(mayImport);

// Packages: schemas describe streams in the terms of RxJS, and tables as plain data; kernels are numerics alone, with no files or threads.
const mayNotImport: Readonly<Record<string, RegExp>> = {
  schemas: /^(?!rxjs$)/,
  kernels: /^/,
  page: /^(?!preact(\/hooks)?$|@preact\/signals$|uplot(\/dist\/uPlot\.min\.css)?$|kdbush$|vite$)/, // what is bundled into it
};

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources = folders
  .flatMap((folder) => tree(folder))
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("kernels/assembly/"))
  .map(sourceFile);

function tree(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** The text without its comments, which may name what the code may not. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
}

function sourceFile(path: string): SourceFile {
  const text = withoutComments(readFileSync(join(root, path), "utf8"));
  const statement = /^(?:import|export)\s(?:[^"';]*\sfrom\s)?"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  const imports = [...text.matchAll(statement)].map(([, whole, lazy]) => whole ?? lazy!);
  return { path, folder: path.slice(0, path.indexOf("/")), text, imports };
}

/** `operators/tee.ts` for `./tee.js` in operators; undefined for a package. */
function target({ path }: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const place = relative(root, resolve(root, dirname(path), specifier));
  return (
    [".ts", ".tsx"].map((ending) => place.replace(/\.js$/, ending)).find((file) => existsSync(join(root, file))) ??
    place
  );
}

const list = (found: readonly { readonly path: string }[]) => found.map(({ path }) => path);

describe("the tree", () => {
  it("is read", () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.find(({ path }) => path === "runtime/mapAsync.ts")!.imports).toContain("./flow.js");
  });

  it("imports along cli -> serve -> pipelines -> { sources operators models sinks } -> storage -> kinds -> runtime -> kernels -> schemas", () => {
    const wrong = sources.flatMap((file) =>
      file.imports
        .map((specifier) => target(file, specifier))
        .filter((imported) => imported !== undefined)
        .filter((imported) => {
          const folder = imported.slice(0, Math.max(0, imported.indexOf("/")));
          return folder !== file.folder && !mayImport[file.folder]!.includes(folder);
        })
        .map((imported) => `${file.path} -> ${imported}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has no circle of imports", () => {
    const imported = new Map(
      sources.map((file) => [file.path, file.imports.flatMap((specifier) => target(file, specifier) ?? [])]),
    );
    const done = new Set<string>();
    const circles = new Set<string>();
    const visit = (path: string, from: readonly string[]): void => {
      if (from.includes(path)) circles.add([...from.slice(from.indexOf(path)), path].join(" -> "));
      if (done.has(path) || from.includes(path)) return;
      for (const next of imported.get(path) ?? []) visit(next, [...from, path]);
      done.add(path);
    };
    for (const path of imported.keys()) visit(path, []);
    expect([...circles]).toEqual([]);
  });

  it("never imports itself by its package name, a test or a benchmark", () => {
    expect(
      list(sources.filter(({ imports }) => imports.some((name) => /^lexstream|\/(test|bench)\//.test(name)))),
    ).toEqual([]);
  });

  it("keeps packages and node modules out of kernels and pages, and all but RxJS out of schemas", () => {
    const wrong = sources.flatMap((file) =>
      file.imports
        .filter((specifier) => target(file, specifier) === undefined && mayNotImport[file.folder]?.test(specifier))
        .map((specifier) => `${file.path} -> ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("imports only packages that are installed with it or bundled", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const packageOf = (specifier: string) => specifier.match(/^(@[^/]+\/)?[^/]+/)![0];
    const missing = sources.flatMap((file) =>
      file.imports
        .filter(
          (specifier) =>
            !/^(\.|node:)/.test(specifier) && !(packageOf(specifier) in { ...dependencies, ...devDependencies }),
        )
        .map((specifier) => `${file.path} -> ${specifier}`),
    );
    expect(missing).toEqual([]);
  });

  it("lets TensorFlow.js in through models/tensorflow.ts alone, and never installs it", () => {
    expect(list(sources.filter(({ text }) => text.includes('"@tensorflow/')))).toEqual(["models/tensorflow.ts"]);
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const installed = Object.keys({ ...dependencies, ...optionalDependencies });
    expect(installed.filter((name) => name.startsWith("@tensorflow/"))).toEqual([]);
  });

  it("draws no random number but by kernels/numbers/random.ts, and reads the clock in cli alone", () => {
    expect(list(sources.filter(({ text }) => /\bMath\.random\b/.test(text)))).toEqual([]);
    const clock = /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.|\bhrtime\b|\bDate\(\)/;
    expect(list(sources.filter(({ folder, text }) => folder !== "cli" && clock.test(text)))).toEqual([]);
  });
});

const units = sources.flatMap(({ path, text }) =>
  [...text.matchAll(/export const (\w+)Schema = defineUnit\(/g)].map(([, name]) => ({ path, name: name! })),
);

describe("index.ts", () => {
  for (const folder of folders.filter((name) => existsSync(join(root, name, "index.ts"))))
    it(`of ${folder} is a sorted list of re-exports, every unit among them`, () => {
      const lines = readFileSync(join(root, folder, "index.ts"), "utf8")
        .trimEnd()
        .split("\n");
      const names = lines.map(
        (line) => line.match(/^export (?:\*(?: as \w+)?|\{[^}]+\}) from "\.\/([\w/]+)\.js";$/)?.[1],
      );
      expect(names).not.toContain(undefined);
      expect(names).toEqual(names.toSorted((a, b) => a!.localeCompare(b!, "en")));
      const own = units.map(({ path }) => path.replace(/\.ts$/, "")).filter((path) => path.startsWith(`${folder}/`));
      expect(names.map((name) => `${folder}/${name}`)).toEqual(expect.arrayContaining(own));
    });
});

describe("a unit that has options", () => {
  it("is found", () => expect(units.map(({ name }) => name)).toContain("tokenize"));

  for (const { path, name } of units) {
    it(`${name} has its file, its test, and its page with a table of options`, () => {
      expect(path).toMatch(new RegExp(`/${name}\\.ts$`));
      expect(existsSync(join(root, "test", path.replace(/\.ts$/, ".test.ts"))), `test of ${path}`).toBe(true);
      const page = join(root, "docs", path.split("/")[0]!, `${name}.md`);
      expect(existsSync(page), page).toBe(true);
      expect(readFileSync(page, "utf8")).toMatch(new RegExp(`<!-- options:${name} -->[^]*<!-- /options -->`));
    });
  }
});
