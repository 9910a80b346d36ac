import type { Classifier } from "./classifier.js";
import type { DocumentFrequencies } from "./documentFrequencies.js";
import type { LanguageModel } from "./languageModel.js";
import type { SearchIndex } from "./searchIndex.js";
import type { SemanticSpace } from "./semanticSpace.js";
import type { SubwordVocabulary } from "./subwordVocabulary.js";
import type { Topics } from "./topics.js";
import type { VectorTable } from "./vectors.js";

/**
 * Option fields: each builder states a value's type, range, default and description once. Types, run-time checks, config lint,
 * JSON Schema, `--help` and the tables in the docs all derive from it.
 */

export type Presence = "required" | "default" | "optional";

export interface Field<Value = unknown, P extends Presence = Presence> {
  readonly presence: P;
  /** What must hold, as it reads after "must be": `an integer >= 1`. */
  readonly expects: string;
  readonly description: string;
  readonly default: Value | undefined;
  /** What a required option may be, to show how the unit is written. */
  readonly example?: Value | undefined;
  /**
   * The value names files. Relative to the config: an `input`, whose bytes are a part of what the run was made from; a `path` that is
   * only put in place, such as that of a secret; or that of a `value`, which takes its place before the unit is made. Relative to the
   * run's folder: an `output`, made anew, or a `journal`, kept from run to run.
   */
  readonly file: FileUse | undefined;
  /** The kind of data of a `value`; of an `output`, where it is not what the unit reads; FILE_TEXT of an `input` that may be given as a text. */
  readonly holds?: string | undefined;
  /** What other programs call it, for the command line: `dim`. */
  readonly aliases?: readonly string[] | undefined;
  /** What the program that people know takes where nothing is said, if that is something else. */
  readonly elsewhere?: Elsewhere | undefined;
  /** How a search for better options may change the value; left alone by it if left out. */
  readonly tune?: Tuning | undefined;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** The error class of a refused value: `TypeError` for a wrong kind, `RangeError` for a value out of range. */
  readonly refusal: (value: unknown) => typeof TypeError | typeof RangeError | undefined;
  /** Turns an accepted value into the one the unit reads. */
  readonly parse: (value: unknown) => Value;
}

/** Between two numbers, evenly or by their logarithm; or one of some values. */
export type Tuning<Value = unknown> =
  | { readonly from: number; readonly to: number; readonly scale: "linear" | "log" }
  | { readonly values: readonly Value[] };

export interface Elsewhere {
  readonly program: string;
  readonly default: unknown;
}

export type FileUse = "input" | "path" | "value" | "output" | "journal";

interface Stated<Value> {
  readonly description: string;
  readonly default?: Value;
  readonly example?: Value;
  /** May be left out, with no default. */
  readonly optional?: true;
  readonly file?: FileUse;
  readonly holds?: string;
  readonly aliases?: readonly string[];
  readonly elsewhere?: Elsewhere;
  readonly tune?: Tuning<Value>;
}

type PresenceOf<Options> = Options extends { default: unknown }
  ? "default"
  : Options extends { optional: true }
    ? "optional"
    : "required";

interface Kind<Value> {
  readonly expects: string;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  readonly refusal: Field["refusal"];
  readonly parse?: (value: unknown) => Value;
}

function field<Value, Options extends Stated<Value>>(
  stated: Options,
  kind: Kind<Value>,
): Field<Value, PresenceOf<Options>> {
  const presence = (
    stated.default !== undefined ? "default" : stated.optional ? "optional" : "required"
  ) as PresenceOf<Options>;
  return {
    presence,
    expects: kind.expects,
    description: stated.description,
    default: stated.default,
    ...(stated.example === undefined ? {} : { example: stated.example }),
    file: stated.file,
    ...(stated.holds === undefined ? {} : { holds: stated.holds }),
    ...(stated.aliases === undefined ? {} : { aliases: stated.aliases }),
    ...(stated.elsewhere === undefined ? {} : { elsewhere: stated.elsewhere }),
    ...(stated.tune === undefined ? {} : { tune: stated.tune }),
    jsonSchema: kind.jsonSchema,
    refusal: kind.refusal,
    parse: kind.parse ?? ((value) => value as Value),
  };
}

interface Range {
  readonly min?: number;
  readonly max?: number;
  /** The value must be greater than `min`, not equal to it. */
  readonly aboveMin?: true;
}

function rangeText({ min, max, aboveMin }: Range): string {
  if (min !== undefined && max !== undefined) return aboveMin ? ` > ${min} and <= ${max}` : ` from ${min} to ${max}`;
  if (min !== undefined) return ` ${aboveMin ? ">" : ">="} ${min}`;
  return max === undefined ? "" : ` <= ${max}`;
}

function numeric<Options extends Stated<number> & Range>(options: Options, noun: string, type: "integer" | "number") {
  const { min = -Infinity, max = Infinity, aboveMin } = options;
  const isKind = type === "integer" ? Number.isSafeInteger : Number.isFinite;
  return field<number, Options>(options, {
    expects: `${noun}${rangeText(options)}`,
    jsonSchema: {
      type,
      ...(options.min === undefined ? {} : { [aboveMin ? "exclusiveMinimum" : "minimum"]: min }),
      ...(options.max === undefined ? {} : { maximum: max }),
    },
    refusal: (value) => {
      if (typeof value !== "number") return TypeError;
      return isKind(value) && value <= max && (aboveMin ? value > min : value >= min) ? undefined : RangeError;
    },
  });
}

export const integer = <const Options extends Stated<number> & Range>(options: Options) =>
  numeric(options, "an integer", "integer");

export const number = <const Options extends Stated<number> & Range>(options: Options) =>
  numeric(options, "a number", "number");

export const boolean = <const Options extends Stated<boolean>>(options: Options) =>
  field<boolean, Options>(options, {
    expects: "true or false",
    jsonSchema: { type: "boolean" },
    refusal: (value) => (typeof value === "boolean" ? undefined : TypeError),
  });

/** A text; one that is the path of a file is never blank, since that would stand for the folder that it starts from. */
export const text = <const Options extends Stated<string> & { readonly minLength?: number }>(options: Options) => {
  const { file, minLength = 0 } = options;
  return field<string, Options>(options, {
    expects: file ? "a path that is not empty" : `a text${minLength > 0 ? " that is not empty" : ""}`,
    jsonSchema: {
      type: "string",
      ...(minLength > 0 ? { minLength } : {}),
      ...(file ? { pattern: filledText.source } : {}),
    },
    refusal: (value) => {
      if (typeof value !== "string") return TypeError;
      return value.length >= minLength && (!file || isFilled(value)) ? undefined : RangeError;
    },
  });
};

const filledText = /\S/;
const isFilled = (value: unknown) => filledText.test(String(value));

/** One of a fixed set of words. */
export const oneOf = <const Choice extends string, const Options extends Stated<NoInfer<Choice>>>(
  choices: readonly Choice[],
  options: Options,
) =>
  field<Choice, Options>(options, {
    expects: `one of ${choices.join(", ")}`,
    jsonSchema: { enum: choices },
    refusal: (value) => {
      if (typeof value !== "string") return TypeError;
      return (choices as readonly string[]).includes(value) ? undefined : RangeError;
    },
  });

/** A list of texts; a single text stands for a list of one. Where they are paths, or at least some are needed, none is blank. */
export const texts = <const Options extends Stated<readonly string[]> & { readonly minItems?: number }>(
  options: Options,
) => {
  const { file, minItems = 0 } = options;
  const areFilled = file !== undefined || minItems > 0;
  const noun = file ? "path" : "text";
  const item = { type: "string", ...(areFilled ? { pattern: filledText.source } : {}) };
  return field<readonly string[], Options>(options, {
    expects: `a ${noun} or a list of ${noun}s${minItems > 0 ? `, at least ${minItems}` : ""}${areFilled ? ", none of them empty" : ""}`,
    jsonSchema: { anyOf: [item, { type: "array", items: item, ...(minItems > 0 ? { minItems } : {}) }] },
    refusal: (value) => {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (!items.every((item) => typeof item === "string")) return TypeError;
      return items.length >= minItems && (!areFilled || items.every(isFilled)) ? undefined : RangeError;
    },
    parse: (value) => (typeof value === "string" ? [value] : (value as readonly string[])),
  });
};

/** A small file of text: its path, or in code what it holds, with the name by which messages call it. */
export type TextFileOption = string | NamedText;

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

function isNamedText(value: unknown): value is NamedText {
  const { name, text } = (value ?? {}) as Partial<NamedText>;
  return typeof name === "string" && typeof text === "string";
}

/** A small file of text whose bytes are a part of what a run was made from, and which whatever asks by the same steps keeps. */
export const textFile = <const Options extends Stated<TextFileOption>>(options: Options) =>
  field<TextFileOption, Options>(
    { ...options, file: "input", holds: FILE_TEXT },
    {
      expects: "a path that is not empty",
      jsonSchema: { type: "string", pattern: filledText.source },
      refusal: textFileFault,
    },
  );

/** A list of such files; a single one stands for a list of one. */
export const textFiles = <const Options extends Stated<readonly TextFileOption[]>>(options: Options) => {
  const item = { type: "string", pattern: filledText.source };
  return field<readonly TextFileOption[], Options>(
    { ...options, file: "input", holds: FILE_TEXT },
    {
      expects: "a path or a list of paths, none of them empty",
      jsonSchema: { anyOf: [item, { type: "array", items: item }] },
      refusal: (value) => [value].flat().map(textFileFault).find(Boolean),
      parse: (value) => [value].flat() as readonly TextFileOption[],
    },
  );
};

/** What `textFile` and `textFiles` hold. */
export const FILE_TEXT = "fileText";

function textFileFault(value: unknown) {
  if (isNamedText(value)) return undefined;
  if (typeof value !== "string") return TypeError;
  return isFilled(value) ? undefined : RangeError;
}

/** A whole value: in a config the path of its file, in code the value. */
function wholeValue<Value, Options extends Stated<Value>>(
  options: Options,
  { holds, expects, isValue }: { holds: string; expects: string; isValue: (value: unknown) => boolean },
) {
  return field<Value, Options>(
    { ...options, file: "value", holds },
    {
      expects,
      jsonSchema: { type: "string", pattern: filledText.source },
      refusal: (value) => {
        if (isValue(value)) return undefined;
        if (typeof value !== "string") return TypeError;
        return isFilled(value) ? undefined : RangeError;
      },
    },
  );
}

/** Word vectors: in a config the path of their file, in code their table. */
export const vectorTable = <const Options extends Stated<VectorTable>>(options: Options) =>
  wholeValue<VectorTable, Options>(options, {
    holds: "vectors",
    expects: "the path of a file of vectors, or of a run that made some; in code, their table",
    isValue: isVectorTable,
  });

/** A classifier of texts: in a config the path of its file, in code the classifier. */
export const classifierOption = <const Options extends Stated<Classifier>>(options: Options) =>
  wholeValue<Classifier, Options>(options, {
    holds: "classifier",
    expects: "the path of a file of a classifier, or of a run that made one; in code, the classifier",
    isValue: isClassifier,
  });

/** Topics: in a config the path of their file, in code the topics. */
export const topicsOption = <const Options extends Stated<Topics>>(options: Options) =>
  wholeValue<Topics, Options>(options, {
    holds: "topics",
    expects: "the path of a file of topics, or of a run that made some; in code, the topics",
    isValue: isTopics,
  });

function isTopics(value: unknown): value is Topics {
  const { weights, alpha } = (value ?? {}) as Partial<Topics>;
  return weights instanceof Float32Array && alpha instanceof Float64Array;
}

/** A language model: in a config the path of its file, in code the model. */
export const languageModelOption = <const Options extends Stated<LanguageModel>>(options: Options) =>
  wholeValue<LanguageModel, Options>(options, {
    holds: "languageModel",
    expects: "the path of a file of a language model, or of a run that made one; in code, the model",
    isValue: isLanguageModel,
  });

function isLanguageModel(value: unknown): value is LanguageModel {
  const { architecture, tensors } = (value ?? {}) as Partial<LanguageModel>;
  return typeof architecture === "string" && Array.isArray(tensors);
}

/** A tokenizer: in a config the path of its file, in code the tokenizer. */
export const subwordsOption = <const Options extends Stated<SubwordVocabulary>>(options: Options) =>
  wholeValue<SubwordVocabulary, Options>(options, {
    holds: "subwordVocabulary",
    expects: "the path of a file of a tokenizer, or of a run that made one; in code, the tokenizer",
    isValue: isSubwords,
  });

function isSubwords(value: unknown): value is SubwordVocabulary {
  const { terms, encodeWord } = (value ?? {}) as Partial<SubwordVocabulary>;
  return Array.isArray(terms) && typeof encodeWord === "function";
}

/** An index of documents: in a config the path of its file, in code the index. */
export const searchIndexOption = <const Options extends Stated<SearchIndex>>(options: Options) =>
  wholeValue<SearchIndex, Options>(options, {
    holds: "searchIndex",
    expects: "the path of a file of an index, or of a run that made one; in code, the index",
    isValue: isSearchIndex,
  });

/** A space of LSA: in a config the path of its file, in code the space. */
export const semanticSpaceOption = <const Options extends Stated<SemanticSpace>>(options: Options) =>
  wholeValue<SemanticSpace, Options>(options, {
    holds: "semanticSpace",
    expects: "the path of a file of a space of LSA, or of a run that made one; in code, the space",
    isValue: isSemanticSpace,
  });

function isSemanticSpace(value: unknown): value is SemanticSpace {
  const { termVectors, singularValues } = (value ?? {}) as Partial<SemanticSpace>;
  return termVectors instanceof Float32Array && singularValues instanceof Float64Array;
}

function isSearchIndex(value: unknown): value is SearchIndex {
  const { terms, offsets, documents } = (value ?? {}) as Partial<SearchIndex>;
  return Array.isArray(terms) && offsets instanceof Uint32Array && documents instanceof Uint32Array;
}

function isClassifier(value: unknown): value is Classifier {
  const { labels, input, output } = (value ?? {}) as Partial<Classifier>;
  return Array.isArray(labels) && typeof input === "object" && typeof output === "object";
}

/** Document frequencies: in a config the path of their file, in code the frequencies. */
export const frequenciesOption = <const Options extends Stated<DocumentFrequencies>>(options: Options) =>
  field<DocumentFrequencies, Options>(
    { ...options, file: "value", holds: "documentFrequencies" },
    {
      expects: "the path of a file of document frequencies, or of a run that made some; in code, the frequencies",
      jsonSchema: { type: "string", pattern: filledText.source },
      refusal: (value) => {
        if (isDocumentFrequencies(value)) return undefined;
        if (typeof value !== "string") return TypeError;
        return isFilled(value) ? undefined : RangeError;
      },
    },
  );

function isDocumentFrequencies(value: unknown): value is DocumentFrequencies {
  const { counts, documents } = (value ?? {}) as Partial<DocumentFrequencies>;
  return counts instanceof Float64Array && typeof documents === "number";
}

function isVectorTable(value: unknown): value is VectorTable {
  const { terms, values } = (value ?? {}) as Partial<VectorTable>;
  return Array.isArray(terms) && values instanceof Float32Array;
}

/** Bytes: a number, or a text such as "512MB" (powers of 1000) or "512MiB" (of 1024). */
export type ByteSize = number | string;

const byteUnits = ["", "B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"] as const;
const byteSizeText = new RegExp(`^(\\d+(?:\\.\\d+)?) ?(${byteUnits.join("|")})$`, "i");

export const byteSize = <const Options extends Stated<ByteSize>>(options: Options) =>
  field<ByteSize, Options>(options, {
    expects: 'bytes, as a number >= 1 or a text such as "512MB"',
    jsonSchema: {
      anyOf: [
        { type: "integer", minimum: 1 },
        { type: "string", pattern: byteSizeText.source },
      ],
    },
    refusal: (value) => {
      if (typeof value !== "number" && typeof value !== "string") return TypeError;
      return bytesOf(value) >= 1 ? undefined : RangeError;
    },
  });

/** How many bytes a size says, in whole bytes; NaN if it is not written as one. */
export function bytesOf(size: ByteSize): number {
  const [, amount, unit = ""] = byteSizeText.exec(String(size)) ?? [];
  const exponent = " kmgt".indexOf(unit.charAt(0).toLowerCase());
  return Math.floor(Number(amount) * (/i/i.test(unit) ? 1024 : 1000) ** Math.max(0, exponent));
}

/** A number of things, or a share of them such as "1%". */
export type CountOrShare = number | string;

const shareText = /^(\d+(?:\.\d+)?)%$/;

export const countOrShare = <const Options extends Stated<CountOrShare>>(options: Options) =>
  field<CountOrShare, Options>(options, {
    expects: 'an integer >= 0 or a share such as "1%"',
    jsonSchema: {
      anyOf: [
        { type: "integer", minimum: 0 },
        { type: "string", pattern: shareText.source },
      ],
    },
    refusal: (value) => {
      if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? undefined : RangeError;
      if (typeof value !== "string") return TypeError;
      return shareOf(value) <= 1 ? undefined : RangeError;
    },
  });

/** The share that "1%" says, from 0 to 1; NaN if it is not written as one. */
export function shareOf(text: CountOrShare): number {
  return Number(shareText.exec(String(text))?.[1] ?? Number.NaN) / 100;
}

/** How often something is done: a time such as "30s", a number of tokens such as "5000000 tokens", or "never". */
export type Interval = string;

const intervalText = /^(?:(\d+(?:\.\d+)?) ?(ms|s|min|h)|(\d+) tokens|never)$/;
const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
/** What a timer can wait. */
const longestMilliseconds = 2 ** 31 - 1;

export const interval = <const Options extends Stated<Interval>>(options: Options) =>
  field<Interval, Options>(options, {
    expects: 'a time such as "30s" or "5min", a number of tokens such as "5000000 tokens", or "never"',
    jsonSchema: { type: "string", pattern: intervalText.source },
    refusal: (value) => {
      if (typeof value !== "string") return TypeError;
      const { milliseconds = 0 } = intervalOf(value) ?? { milliseconds: Number.NaN };
      return milliseconds <= longestMilliseconds ? undefined : RangeError;
    },
  });

/** An interval in numbers: neither for "never"; undefined if it is not written as one. */
export function intervalOf(text: Interval): { readonly milliseconds?: number; readonly tokens?: number } | undefined {
  const match = intervalText.exec(text);
  if (!match) return undefined;
  const [, amount, unit, tokens] = match;
  if (unit !== undefined) return { milliseconds: Number(amount) * unitMilliseconds[unit]! };
  return tokens === undefined ? {} : { tokens: Number(tokens) };
}

/** A length of time, such as "250ms" or "7d". */
export type Duration = string;

const durationText = /^(\d+(?:\.\d+)?) ?(ms|s|min|h|d)$/;

export const duration = <const Options extends Stated<Duration>>(options: Options) =>
  field<Duration, Options>(options, {
    expects: 'a time such as "250ms", "30s", "5min" or "7d"',
    jsonSchema: { type: "string", pattern: durationText.source },
    refusal: (value) => {
      if (typeof value !== "string") return TypeError;
      return Number.isNaN(millisecondsOf(value)) ? RangeError : undefined;
    },
  });

/** A length of time in milliseconds; NaN if it is not written as one. */
export function millisecondsOf(text: Duration): number {
  const [, amount, unit = ""] = durationText.exec(text) ?? [];
  return Number(amount) * (unitMilliseconds[unit] ?? Number.NaN);
}
