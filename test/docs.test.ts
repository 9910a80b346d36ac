import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format, promisify } from "node:util";
import * as lexstream from "lexstream";
import { describe, expect, it, vi } from "vitest";
import { builtIn, loadPipeline, runConfigTests } from "#pipelines";
import { type Command, commonOptions, type Io } from "../dist/cli/command.js";
import { anchors, codeBlocks, codePieces, linkTargets } from "./support/markdown.js";
import { temporaryFolder } from "./support/temporaryFolder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = new Map(
  [
    ...["README.md", "CONTRIBUTING.md"],
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((page) => join("docs", page)),
  ]
    .filter((page) => page.endsWith(".md"))
    .map((page) => [page, readFileSync(join(root, page), "utf8")]),
);
const blocksOf = (page: string, ...languages: string[]) =>
  codeBlocks(pages.get(page)!)
    .filter(({ language }) => languages.includes(language))
    .map(({ code }) => code);
const shell = promisify(execFile);

/** What pages speak of without making it first: everything that lexstream exports, and what an example begins with. */
const freeNames = `
import type { Observable } from "rxjs";
import type * as schemas from "lexstream";
declare global {
${Object.keys(lexstream)
  .map((name) => `  const ${name}: typeof import("lexstream").${name};`)
  .join("\n")}
  const tokens$: Observable<schemas.TokenBatch>;
  const ids$: Observable<schemas.IdBatch>;
  const contexts$: Observable<schemas.ContextBatch>;
  const sequences$: Observable<schemas.SequenceBatch>;
  const documentTerms$: Observable<schemas.DocumentTermBatch>;
  const frequencies: schemas.DocumentFrequencies;
  const vocabulary: schemas.Vocabulary;
  const cursor: string;
  const vectors: import("lexstream").Vectors;
  const table: schemas.FinalCooccurrence;
  const [monday, tuesday, wednesday]: [schemas.FinalCooccurrence, schemas.FinalCooccurrence, schemas.FinalCooccurrence];
}`;

const compilerOptions = {
  ...(JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")) as { compilerOptions: object }).compilerOptions,
  ...{ noUnusedLocals: false, noEmit: false, outDir: "." },
};

/** Pages whose code is whole: it runs, and prints what its comments say. */
const runningPages = [
  "README.md",
  "docs/vectors.md",
  "docs/operators/guard.md",
  "docs/operators/mapAsync.md",
  "docs/operators/tee.md",
  "docs/pipelines/run.md",
  "docs/sources/fromPull.md",
  "docs/sources/fromTexts.md",
];

/** A folder in which a module finds the package, as where it is installed. */
async function packageFolder(): Promise<string> {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/lexstream"));
  for (const name of ["rxjs", "@types"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}

/** A folder in which every page's code is one module, compiled; rejects with what the compiler found. */
async function compiledPages(): Promise<string> {
  const folder = await packageFolder();
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["**/*.ts"], exclude: ["node_modules"] }),
  );
  writeFileSync(join(folder, "freeNames.d.ts"), freeNames);
  for (const page of pages.keys()) {
    // Contributors write units of the package, with its own imports.
    const code = blocksOf(page, "ts").map((block) =>
      block.replaceAll(/"\.\.\/\.\.\/(schemas|runtime)\/\w+\.js"/g, '"lexstream"'),
    );
    if (code.length === 0) continue;
    mkdirSync(dirname(join(folder, page)), { recursive: true });
    writeFileSync(join(folder, page.replace(/md$/, "ts")), [...code, "export {};\n"].join("\n"));
  }
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  await shell(process.execPath, [compiler, "-p", "."], { cwd: folder }).catch(({ stdout }: { stdout: string }) =>
    Promise.reject(new Error(stdout)),
  );
  return folder;
}

/** What a page's program prints in a folder; a value that a line with a comment leaves unused is printed too. */
async function printedBy(page: string, folder: string): Promise<string> {
  const module = join(folder, page.replace(/md$/, "js"));
  const code = readFileSync(module, "utf8")
    .replaceAll(/^(?!.*console\.log)((?:await )?\w+[.(].*\)(?:\.\w+)?); \/\//gm, "console.log($1); //")
    .replaceAll('"node_modules/', `"${folder}/node_modules/`);
  writeFileSync(module, code);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(pathToFileURL(module).href);
  const printed = log.mock.calls.map((values) => format(...values)).join("\n");
  log.mockRestore();
  return printed;
}

/** The comments of a page's program. */
function promisedBy(page: string): string {
  return blocksOf(page, "ts")
    .flatMap((code) => [...code.matchAll(/(?:^|\s)\/\/ (.*)$/gm)])
    .map(([, comment]) => comment)
    .join("\n");
}

/** Without what differs between a value printed on one line and on many. */
const squeezed = (text: string) => text.replaceAll("'", '"').replaceAll(/[\s,]+/g, "");

/** Whether a command whose options depend on its arguments knows all those in a line. */
async function understood({ prepare }: Command, line: string): Promise<boolean> {
  const stderr = { write: () => true } as unknown as NodeJS.WriteStream;
  return prepare!(line.trim().split(/\s+/), { stderr } as Io).then(
    () => true,
    () => false,
  );
}

describe("the pages", () => {
  it("have code that compiles, and programs that print what their comments say", async () => {
    const folder = await compiledPages();
    for (const page of runningPages)
      expect(squeezed(await printedBy(page, folder)), page).toBe(squeezed(promisedBy(page)));
  });

  it("show an example of at most 15 lines in the README", () => {
    expect(blocksOf("README.md", "ts")[0]!.trim().split("\n").length).toBeLessThanOrEqual(15);
  });

  it("have configs without faults, whose own tests pass, with the modules that the page writes", async () => {
    const folder = await packageFolder();
    let configs = 0;
    for (const page of pages.keys()) {
      const modules = blocksOf(page, "js").join("\n");
      const [, name] = /^\/\/ (\w+\.mjs)$/m.exec(modules) ?? [];
      if (name !== undefined) writeFileSync(join(folder, name), modules);
      for (const text of blocksOf(page, "yaml").filter((text) => /^source:/m.test(text))) {
        const config = join(folder, `${configs++}.yaml`);
        writeFileSync(config, text);
        const outcomes = await runConfigTests(await loadPipeline(config, { plugins: true }));
        expect(outcomes.filter(({ failures }) => failures.length > 0)).toEqual([]);
      }
    }
    expect(configs).toBeGreaterThan(1);
  });

  it("link to pages, files and headings that exist", () => {
    const broken: string[] = [];
    for (const [page, text] of pages) {
      for (const target of linkTargets(text).filter((target) => !/^https?:/.test(target))) {
        const [file, anchor] = target.split("#") as [string, string?];
        const path = file === "" ? page : relative(root, resolve(root, dirname(page), file));
        const leadsSomewhere =
          anchor === undefined
            ? existsSync(join(root, path))
            : pages.has(path) && anchors(pages.get(path)!).includes(anchor);
        if (!leadsSomewhere) broken.push(`${page}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it("are all in the index, and there is one for each unit", () => {
    const listed = linkTargets(pages.get("docs/README.md")!).map((target) => join("docs", target.split("#")[0]!));
    expect([...pages.keys()].filter((page) => /^docs\/(?!README)/.test(page) && !listed.includes(page))).toEqual([]);
    const unitPages = [...builtIn.units.values()].map(({ name, kind }) => `docs/${kind}s/${name}.md`);
    expect(unitPages.filter((page) => !pages.has(page))).toEqual([]);
  });

  it("name commands, options and scripts that exist", async () => {
    const folder = join(root, "dist/cli/commands");
    const modules = readdirSync(folder).filter((file) => file.endsWith(".js"));
    const commands = new Map(
      await Promise.all(
        modules.map(async (file) => {
          const [command] = Object.values((await import(join(folder, file))) as Record<string, Command>);
          return [command!.name, command!] as const;
        }),
      ),
    );
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const wrong: string[] = [];
    for (const [page, text] of pages) {
      for (const piece of codePieces(text)) {
        const [, command, rest] = /^(?:npx )?lexstream ([\w-]+)(.*)/.exec(piece) ?? [];
        const options = [...(rest ?? "").matchAll(/(?<=\s)--?[a-z][a-z-]*/g)].map(([option]) => option);
        const known = command === undefined || command === "COMMAND" || commands.has(command);
        if (command === "train" && (await understood(commands.get("train")!, rest!))) continue;
        const names = Object.entries({ ...commands.get(command!)?.options, ...commonOptions }).flatMap(
          ([name, { short }]) => [`--${name}`, ...(short ? [`-${short}`] : [])],
        );
        const unknown = options.filter((option) => !names.includes(option));
        const [, script] = /^npm run ([\w:]+)/.exec(piece) ?? [];
        if (!known || unknown.length > 0) wrong.push(`${page}: ${piece}`);
        if (script !== undefined && script !== "bench:NAME" && !(script in scripts)) wrong.push(`${page}: ${piece}`);
      }
    }
    expect(commands.size).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });
});
