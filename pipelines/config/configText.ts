import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
  type Scalar,
  stringify,
  visit,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { didYouMean, isPlainObject } from "../../schemas/index.js";
import { ConfigError, type ConfigPath, type ConfigProblem } from "./configError.js";
import { builtIn, type Registry } from "./registry.js";
import { wholePath } from "./setPaths.js";

export interface ParsedConfig {
  readonly data: unknown;
  /** The same with every number as the text that was written: `007` and `1e3`, where `data` has 7 and 1000. */
  readonly written: unknown;
  /** Adds line and column to a problem. */
  readonly locate: (problem: ConfigProblem) => ConfigProblem;
  /** Whether a value came from the environment or the command line: a path in it starts from where the user stands. */
  readonly isFromOutside: (path: ConfigPath) => boolean;
  /** Variables that were not set, with the defaults that the config has for them. */
  readonly defaulted: ReadonlyMap<string, string>;
}

export interface ConfigTextOptions {
  /** Values for `${NAME}` and `${NAME:default}`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `path=value` assignments, applied after reading: `steps.buildVocab.minCount=3`, or `minCount=3` where one step has it. */
  readonly set?: readonly string[];
  /** Tells which options a step has. */
  readonly registry?: Registry;
}

const MAX_CONFIG_LENGTH = 1_000_000;
const MAX_ALIASES = 20;
const MAX_DEPTH = 50;
/** More are not told of one config. */
export const MAX_PROBLEMS = 100;
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype", "<<"]);

/**
 * Reads a config as data: YAML 1.2 core schema or JSON, no tags, no merge keys, few aliases, little depth, no key that names an
 * object's internals. Fills in `${NAME:default}` and the assignments. Time and memory grow with the length of the text alone.
 * @throws ConfigError with the position of everything that is wrong
 */
export function parseConfigText(text: string, file: string, options: ConfigTextOptions = {}): ParsedConfig {
  if (text.length > MAX_CONFIG_LENGTH) {
    throw new ConfigError(file, [
      { path: [], message: `a config must have at most ${MAX_CONFIG_LENGTH} characters, got ${text.length}` },
    ]);
  }
  const lines = new LineCounter();
  const problemAt = (offset: number, message: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return { path: [], message, line, column: col };
  };
  const tooDeep = deepPlace(text);
  if (tooDeep)
    throw new ConfigError(file, [
      { path: [], message: `a config must be at most ${MAX_DEPTH} levels deep, got more`, ...tooDeep },
    ]);
  const document = parseDocument(text, { ...yamlOptions, lineCounter: lines });
  const problems = [...document.errors, ...document.warnings].map((fault) => problemAt(fault.pos[0], reasonOf(fault)));
  const outside = new Set<unknown>();
  const defaulted: { readonly node: unknown; readonly values: ReadonlyMap<string, string> }[] = [];
  let aliases = 0;
  visit(document, (key, node, path) => {
    if (problems.length > MAX_PROBLEMS) return visit.BREAK;
    if (isNode(node) && node.tag) problems.push(problemAt(offsetOf(node), `the tag ${node.tag} is not allowed`));
    if (isMap(node)) problems.push(...repeatedKeys(node).map((at) => problemAt(at, "Map keys must be unique")));
    if (isAlias(node)) {
      if (++aliases > MAX_ALIASES) return visit.BREAK;
      const target = node.resolve(document);
      const rule = !target
        ? "have its anchor before it"
        : path.includes(target)
          ? "not stand in what it stands for"
          : "";
      if (rule) problems.push(problemAt(offsetOf(node), `the alias *${node.source} must ${rule}`));
    }
    if (isScalar(node) && typeof node.value === "string") {
      const filled = interpolate(node.value, options.env ?? {});
      if (filled.missing) problems.push(problemAt(offsetOf(node), missingVariable(filled.missing)));
      else setValue(node, filled.value, filled.text);
      if (filled.defaulted.size > 0) defaulted.push({ node, values: filled.defaulted });
      if (filled.beginsOutside) outside.add(node);
      if (key === "key" && FORBIDDEN_KEYS.has(String(node.value)))
        problems.push(problemAt(offsetOf(node), `the key "${node.value}" is not allowed`));
    }
    return undefined;
  });
  if (aliases > MAX_ALIASES) {
    problems.push({ path: [], message: `a config may have at most ${MAX_ALIASES} aliases, got more` });
  }
  if (problems.length > 0) throw new ConfigError(file, problems);

  const { set = [], registry = builtIn } = options;
  const assigned = set.map((assignment) => applyAssignment(document, assignment, registry, outside));
  const refused = assigned.filter((message) => message !== undefined);
  if (refused.length > 0) {
    throw new ConfigError(
      file,
      refused.map((message) => ({ path: [], message })),
    );
  }
  const data = dataOf(document, file);
  const left = new Set<unknown>();
  visit(document, (_, node) => void left.add(node)); // an assignment may have taken the place of a variable
  const forbidden = forbiddenPlace(data);
  if (forbidden)
    throw new ConfigError(file, [{ path: forbidden, message: `the key "${forbidden.at(-1)}" is not allowed` }]);
  return {
    data,
    written: writtenIn(document, file),
    locate: (problem) => {
      const offset = nearestOffset(document, problem.path);
      return offset === undefined ? problem : { ...problem, ...withoutMessage(problemAt(offset, "")) };
    },
    isFromOutside: (path) => nodesOn(document, path).some((node) => outside.has(node)),
    defaulted: new Map(defaulted.filter(({ node }) => left.has(node)).flatMap(({ values }) => [...values])),
  };
}

/** Plain data as the text of a config; what looks like a variable in it stays as it is. */
export function formatConfig(data: unknown): string {
  return stringify(data, { lineWidth: 0 }).replaceAll("${", "$${");
}

function reasonOf({ code, message }: YAMLError): string {
  if (code === "MULTIPLE_DOCS") return 'a config must be one YAML document, and another begins here, behind "---"';
  return message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "");
}

/** Nothing but YAML 1.2 core whatever the text says of itself. Equal keys are looked for here, since the library compares each with each. */
const yamlOptions = {
  schema: "core",
  resolveKnownTags: false,
  merge: false,
  uniqueKeys: false,
  logLevel: "error",
} as const;

/** Where a text goes too deep to be taken apart by recursion. */
function deepPlace(text: string): { readonly line: number; readonly column: number } | undefined {
  const lines = new LineCounter();
  for (const top of new Parser(lines.addNewLine).parse(text)) {
    const left: { readonly token: unknown; readonly depth: number }[] = [{ token: top, depth: 0 }];
    for (let next = left.pop(); next; next = left.pop()) {
      const { offset, items = [], value } = (next.token ?? {}) as CstToken;
      if (next.depth > MAX_DEPTH) {
        const { line, col } = lines.linePos(offset);
        return { line, column: col };
      }
      const depth = next.depth + (items.length > 0 ? 1 : 0);
      const inside = [value, ...items.flatMap((item) => [item.key, item.value])];
      for (const token of inside) if (typeof token === "object" && token !== null) left.push({ token, depth });
    }
  }
  return undefined;
}

/** What of the library's tokens matters here. */
interface CstToken {
  readonly offset: number;
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

/** Where a key stands that its map had before. */
function repeatedKeys({ items }: YAMLMap): number[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    const name = isScalar(key) ? key.value : key;
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew || !isNode(key) ? [] : [offsetOf(key)];
  });
}

/** The path to a key that names an object's internals. */
function forbiddenPlace(data: unknown, path: ConfigPath = []): ConfigPath | undefined {
  if (!Array.isArray(data) && !isPlainObject(data)) return undefined;
  for (const [key, value] of Object.entries(data)) {
    const place = [...path, Array.isArray(data) ? Number(key) : key];
    const found = FORBIDDEN_KEYS.has(key) ? place : forbiddenPlace(value, place);
    if (found) return found;
  }
  return undefined;
}

/** The data, with numbers as they were written. */
function writtenIn(document: YamlDocument, file: string): unknown {
  visit(document, {
    Scalar: (key, node) => {
      if (key !== "key") node.value = withTexts(node.value, node.source);
    },
  });
  return dataOf(document, file);
}

/** A list that a variable or an assignment brought has no text of its own for each number in it. */
function withTexts(value: unknown, text: string | undefined): unknown {
  if (typeof value === "number") return text ?? String(value);
  return Array.isArray(value) ? value.map((item) => withTexts(item, undefined)) : value;
}

function setValue(node: Scalar, value: unknown, text: string): void {
  node.value = value;
  node.source = text.trim();
}

type YamlDocument = ReturnType<typeof parseDocument>;

/** Aliases that together stand for very much are found only here. */
function dataOf(document: YamlDocument, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new ConfigError(file, [
      { path: [], message: `must be data of moderate size, got: ${(error as Error).message}` },
    ]);
  }
}

const offsetOf = (node: Node): number => node.range?.[0] ?? 0;

const missingVariable = (name: string) =>
  `the environment variable ${name} must be set, or have a default as in \${${name}:value}`;

function withoutMessage({ line, column }: ConfigProblem): { line: number; column: number } {
  return { line: line!, column: column! };
}

/**
 * Fills in `${NAME}` and `${NAME:default}`, whose default also stands for a variable that is set to nothing; `$${` stands for a plain
 * `${`. A text that is one variable takes the value's own type.
 */
function interpolate(text: string, env: Readonly<Record<string, string | undefined>>): Filled {
  let missing: string | undefined;
  let beginsOutside = false;
  const defaulted = new Map<string, string>();
  const end = text.lastIndexOf("}") + 1; // behind it no variable ends, and looking for an end takes long where there are many beginnings
  const filled = text
    .slice(0, end)
    .replace(/(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\}/g, (whole, literal, name, fallback, place) => {
      if (literal) return whole.slice(1);
      const value = env[name] === "" ? (fallback ?? "") : (env[name] ?? fallback);
      if (value === undefined) missing ??= name;
      if (!env[name] && fallback) defaulted.set(name, fallback);
      if (env[name] && place === 0) beginsOutside = true;
      return value ?? "";
    });
  if (missing) return { value: text, text, missing, beginsOutside, defaulted };
  const whole = filled + text.slice(end);
  const isOneVariable = /^\$\{[^}]*\}$/.test(text);
  return { value: isOneVariable ? parseScalar(whole) : whole, text: whole, beginsOutside, defaulted };
}

interface Filled {
  readonly value: unknown;
  readonly text: string;
  /** The first variable that is not set and has no default. */
  readonly missing?: string;
  /** A variable that is set stands at its beginning. */
  readonly beginsOutside: boolean;
  readonly defaulted: ReadonlyMap<string, string>;
}

/** A value as YAML reads it: numbers, true, false, null, lists, maps; else, and where it is no plain data, text. */
function parseScalar(text: string): unknown {
  if (text === "" || text.length > MAX_CONFIG_LENGTH || deepPlace(text)) return text;
  const parsed = parseDocument(text, yamlOptions);
  let isPlain = parsed.errors.length === 0 && parsed.warnings.length === 0;
  visit(parsed, (_, node) => {
    if (isNode(node) && (isAlias(node) || node.tag)) isPlain = false;
  });
  return isPlain ? parsed.toJS() : text;
}

/** Applies `path=value`; a unit's name finds its step in a list. Returns what is wrong with it, if anything. */
function applyAssignment(
  document: YamlDocument,
  assignment: string,
  registry: Registry,
  outside: Set<unknown>,
): string | undefined {
  const equals = assignment.indexOf("=");
  if (equals < 1) return `--set must be path=value, got ${JSON.stringify(assignment)}`;
  const given = assignment.slice(0, equals).split(/[./]/).filter(Boolean);
  if (given.some((key) => FORBIDDEN_KEYS.has(key)))
    return `--set ${assignment}: the path may not name an object's internals`;
  const keys = wholePath(given, document.toJS({ maxAliasCount: MAX_ALIASES }), registry);
  if (typeof keys === "string") return `--set ${assignment}: ${keys}`;
  const path: (string | number)[] = [];
  for (const [depth, key] of keys.entries()) {
    const here = path.length > 0 ? document.getIn(path, true) : document.contents;
    const step = stepIn(here, key);
    if (step === undefined)
      return `--set ${assignment}: the list /${path.join("/")} must hold the step "${key}", and does not${didYouMean(key, stepNames(here))}`;
    path.push(...step);
    const isLast = depth === keys.length - 1;
    if (!isLast && isScalar(document.getIn(path, true))) document.setIn(path, document.createNode({}));
  }
  const text = assignment.slice(equals + 1);
  const node = document.createNode(parseScalar(text));
  if (isScalar(node)) setValue(node, node.value, text);
  outside.add(node);
  document.setIn(path, node);
  return undefined;
}

/** The path from a node to one key: in a list of steps, to the step of that name. */
function stepIn(node: unknown, key: string): (string | number)[] | undefined {
  const items = (node as { items?: unknown[] } | undefined)?.items;
  if (!items || isMap(node)) return [key];
  if (/^\d+$/.test(key)) return [Number(key)];
  const index = items.findIndex((item) => (isMap(item) ? item.has(key) : isScalar(item) && item.value === key));
  if (index < 0) return undefined;
  const item = items[index];
  if (isScalar(item)) items[index] = nameWithOptions(key);
  return [index, key];
}

const stepNames = (list: unknown): string[] =>
  ((list as { items: unknown[] }).items ?? []).map((item) => String(isMap(item) ? item.items[0]?.key : item));

/** `- encode` written out as `- encode: {}`, so that options can be set on it. */
function nameWithOptions(name: string): unknown {
  return parseDocument(`${name}: {}`).contents;
}

/** The nodes from the top to a place, as far as there are some. */
function nodesOn(document: YamlDocument, path: ConfigPath): unknown[] {
  const nodes: unknown[] = [document.contents];
  for (const key of path) {
    const last = nodes.at(-1);
    const node = isAlias(last) ? last.resolve(document) : last;
    if (!isCollection(node)) break;
    nodes.push(node.get(key, true));
  }
  return nodes;
}

/** The source offset of the deepest node on a path that exists. */
function nearestOffset(document: YamlDocument, path: ConfigPath): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const parent = length > 1 ? document.getIn(path.slice(0, length - 1), true) : document.contents;
    const last = path[length - 1]!;
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === last) : undefined;
    const node = (pair?.key ?? document.getIn(path.slice(0, length), true)) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return undefined;
}
