import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shortOrLong } from "./support/shortOrLong.js";

const root = fileURLToPath(new URL("..", import.meta.url));
let project: string;

/** What a command prints in the project; rejects, with all it printed, if it fails. */
async function printed(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd: project });
  return stdout;
}

// Packs what is built and lays it into an empty project beside what it depends on and nothing else. The long form installs it as a user would,
// which takes npm and the registry longer than all tests of it.
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "lexstream-package-"));
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const packed = await printed("npm", "pack", root, "--ignore-scripts", "--json", "--loglevel=error");
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await shortOrLong<(file: string) => Promise<unknown>>(unpack, (file) => printed("npm", "install", ...quiet, file))(
    `./${filename}`,
  );
});

/** What npm makes of a package whose dependencies are installed here already. */
async function unpack(file: string): Promise<void> {
  const modules = join(project, "node_modules");
  const installed = join(modules, "lexstream");
  await mkdir(installed, { recursive: true });
  await printed("tar", "--extract", "--file", file, "--directory", installed, "--strip-components", "1");
  const { bin } = JSON.parse(await readFile(join(installed, "package.json"), "utf8")) as {
    bin: Record<string, string>;
  };
  await mkdir(join(modules, ".bin"));
  for (const [name, path] of Object.entries(bin)) {
    await chmod(join(installed, path), 0o755);
    await symlink(join("../lexstream", path), join(modules, ".bin", name));
  }
  for (const path of await runtimePackages()) {
    await mkdir(join(project, path, ".."), { recursive: true });
    await symlink(join(root, path), join(project, path));
  }
}

/** The folders of all that the package depends on, at any depth, as its lock file names them. */
async function runtimePackages(): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { readonly dev?: boolean; readonly devOptional?: boolean; readonly peer?: boolean }>;
  };
  const isNeeded = ([path, { dev, devOptional, peer }]: (typeof entries)[number]) =>
    path !== "" && !dev && !devOptional && !peer && existsSync(join(root, path)); // builds for other platforms are not there
  const entries = Object.entries(packages);
  return entries.filter(isNeeded).map(([path]) => path);
}

afterAll(() => rm(project, { recursive: true, force: true }));

/** Whoever adds a name here promises to keep it. */
const publicNames = [
  "ConfigError",
  "Ledger",
  "NotFound",
  "RunStopped",
  "Vectors",
  "WindowTables",
  "accumulateCooccurrence",
  "accumulateDocumentTerms",
  "associate",
  "bagOfWords",
  "bert",
  "bm25",
  "boolean",
  "buildVocab",
  "builtIn",
  "byteSize",
  "carryDocuments",
  "classTopics",
  "classify",
  "compile",
  "contextPairs",
  "contextVectors",
  "copierOf",
  "currentScope",
  "defineKind",
  "defineOptions",
  "defineQuestion",
  "defineUnit",
  "describeTopics",
  "diffRuns",
  "documentFrequencies",
  "documentTerms",
  "drain",
  "drift",
  "dropTerms",
  "duration",
  "elmo",
  "encode",
  "encodeSubwords",
  "evaluateAnalogies",
  "evaluateSimilarity",
  "fastText",
  "fastTextClassifier",
  "feed",
  "files",
  "fit",
  "fitWindow",
  "fromPull",
  "fromTexts",
  "glove",
  "gpt",
  "growVocab",
  "guard",
  "hashTerms",
  "http",
  "inWorkers",
  "inferTopics",
  "inputVectors",
  "inspectFile",
  "integer",
  "joinPhrases",
  "keywords",
  "kinds",
  "layOut",
  "lda",
  "ldaSampler",
  "learnPhrases",
  "learnSubwords",
  "loadPipeline",
  "loadPlugins",
  "loadVectors",
  "lsa",
  "lsaOnline",
  "makeVocabulary",
  "mapAsync",
  "mapTerms",
  "maskTokens",
  "mergeTables",
  "miniBatch",
  "nats",
  "nnlm",
  "normalize",
  "number",
  "oneHot",
  "oneHotVectors",
  "oneOf",
  "openContextModel",
  "openCooccurrence",
  "packSequences",
  "parseConfig",
  "parseOptions",
  "plsa",
  "ppmiSvd",
  "projectDocuments",
  "readCooccurrence",
  "readDocumentColumn",
  "readDocumentTerms",
  "readSequences",
  "readSubwords",
  "readVectors",
  "readVocabulary",
  "readWhole",
  "repeatEpochs",
  "reportNeighbors",
  "rnnlm",
  "run",
  "runPipeline",
  "saveCooccurrence",
  "scaleTable",
  "searchDocuments",
  "sentencePairs",
  "splitSentences",
  "sse",
  "startQueryServer",
  "stdin",
  "stem",
  "subtractTables",
  "summarize",
  "tail",
  "tee",
  "termMeans",
  "termVectors",
  "text",
  "texts",
  "tfidf",
  "toAsyncIterable",
  "tokenize",
  "topTerms",
  "vectorTable",
  "verifyRun",
  "websocket",
  "weighTerms",
  "weighTermsOnline",
  "windowContexts",
  "withUnits",
  "word2vec",
  "wordNgrams",
  "writeClassifier",
  "writeContextVectors",
  "writeCooccurrence",
  "writeDocumentFrequencies",
  "writeDocumentTerms",
  "writeDocumentVectors",
  "writeDocuments",
  "writeHits",
  "writeIds",
  "writeKeywords",
  "writeLayout",
  "writePairs",
  "writePredictions",
  "writeSearchIndex",
  "writeSemanticSpace",
  "writeSequences",
  "writeSubwords",
  "writeSummaries",
  "writeTokens",
  "writeTopicMeans",
  "writeTopics",
  "writeVectors",
  "writeVocabulary",
  "writeWhole",
];

describe("the installed package", () => {
  it("holds what runs and the sample texts, not the tests", async () => {
    const installed = (await printed("ls", "node_modules/lexstream")).trim().split("\n");
    expect(installed).toEqual(
      expect.arrayContaining(["LICENSE", "NOTICE.md", "README.md", "CHANGELOG.md", "data", "dist", "pipelines"]),
    );
    expect(installed).not.toContain("test");
  });

  it("has two doors, and no others", async () => {
    const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { exports: object };
    const entries = Object.keys(exports).filter((entry) => !entry.endsWith(".json"));
    expect(entries).toEqual([".", "./kernels"]);
    const script = entries.map((entry) => {
      const name = entry.replace(/^\./, "lexstream");
      return `console.log("${name}", Object.keys(await import("${name}")).length > 0);`;
    });
    const lines = (await printed("node", "--input-type=module", "--eval", script.join(""))).trim().split("\n");
    expect(lines).toEqual(entries.map((entry) => `${entry.replace(/^\./, "lexstream")} true`));
  });

  it("shows what is public name by name", async () => {
    const names = Object.keys(await import("lexstream")).sort();
    expect(names).toEqual(publicNames);
  });

  it("has declarations that a strict project compiles against, libraries checked, and options that know their names", async () => {
    await writeFile(
      join(project, "consumer.ts"),
      `import { type MapAsyncOptions, mapAsync, run, type TextBatch, tokenize } from "lexstream";
       import { type Observable, of } from "rxjs";
       const options: MapAsyncOptions = { concurrency: 2 };
       const stream: Observable<number> = of("a").pipe(mapAsync(async (text) => text.length, options));
       export const length: number | undefined = await run(stream);
       export const bytes = (batch: TextBatch): Uint8Array => batch.bytes;
       // @ts-expect-error a misspelt option
       tokenize({ lowercsae: true });
       // @ts-expect-error not a number
       export const text: string = await run(stream);`,
    );
    const flags = "--strict --module nodenext --target es2023 --skipLibCheck false --types node --noEmit".split(" ");
    await expect(printed(join(root, "node_modules/.bin/tsc"), ...flags, "consumer.ts")).resolves.toBe("");
  });

  it("has a command", async () => {
    expect(await printed("node_modules/.bin/lexstream", "--help")).toMatch(/^Usage: lexstream COMMAND/m);
  });
});

// npm leaves out of the lock file what the registry did not have at the time, and `npm ci` then fails on every machine.
it("package-lock.json names the build of each dependency for every platform", async () => {
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});
