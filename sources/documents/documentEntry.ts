import type { DocumentEntry, DocumentField } from "../../schemas/documents.js";
import { show } from "../../schemas/options.js";
import type { OnInvalid } from "./cleanText.js";
import { wellFormed } from "./encodeText.js";
import type { InputReport } from "./inputReport.js";

/** The option `id` names a column, or one of these. */
export const POSITION = "@position";
export const MESSAGE = "@message";

/** The format whose labels stand in the text. */
export const LABELLED = "labelled";

const WITHOUT_COLUMNS = ["lines", "file", "paragraphs", "message", LABELLED];

/** What a source was asked to know of its documents. */
export interface EntrySettings {
  /** As the source's option says it. */
  readonly format: string;
  readonly id: string | undefined;
  readonly labels: string | undefined;
  readonly labelSeparator: string | undefined;
  readonly labelPrefix: string;
  readonly weight: string | undefined;
  readonly fields: readonly string[] | undefined;
  readonly onInvalid: OnInvalid;
}

type Option = "id" | "labels" | "weight" | "fields";

/** A column that holds a part of what is known of a document. */
export interface AskedColumn {
  readonly option: Option;
  readonly name: string;
}

/** What an entry says of its document, in alphabetical order. */
export function partsOf({ fields = {}, ...others }: DocumentEntry): string[] {
  return [...Object.keys(others), ...Object.keys(fields).map((name) => `fields.${name}`)].sort();
}

interface Part {
  /** What must hold of a value. */
  readonly must: string;
  /** The value as an entry holds it; undefined for one that it cannot hold. */
  of(value: unknown, separator: string | undefined): string | number | readonly string[] | DocumentField | undefined;
}

const PARTS: Readonly<Record<Option, Part>> = {
  id: { must: "a text that is not empty or a whole number up to 2^53", of: idOf },
  labels: { must: "a text, or a list of texts that are not empty", of: labelsOf },
  weight: { must: "a number >= 0", of: weightOf },
  fields: { must: "a text, true, false, null or a number, whole ones up to 2^53", of: fieldOf },
};

/** The columns that a source was asked for. */
function askedColumns({ id, labels, weight, fields = [] }: EntrySettings): AskedColumn[] {
  const named = (option: Option, name: string | undefined) => (name === undefined ? [] : [{ option, name }]);
  return [
    ...named("id", isPlace(id) ? undefined : id),
    ...named("labels", labels),
    ...named("weight", weight),
    ...[...new Set(fields)].flatMap((name) => named("fields", name)),
  ];
}

const isPlace = (id: string | undefined) => id === POSITION || id === MESSAGE;

/**
 * To be called with the options of a source, before it reads; `places` are those that its documents have.
 * @throws TypeError, RangeError for options that do not go together
 */
export function checkEntrySettings(who: string, settings: EntrySettings, places: readonly string[]): void {
  const { format, id, labelPrefix, labels, labelSeparator } = settings;
  if (isPlace(id) && !places.includes(id!))
    throw new RangeError(`${who}: id must be ${["a column's name", ...places].join(" or ")}, got ${show(id)}`);
  if (labelSeparator !== undefined && labels === undefined)
    throw new TypeError(`${who}: labels is required where there is a labelSeparator, got none`);
  if (/[ \n\r\t\v\f\0]/.test(labelPrefix))
    throw new RangeError(`${who}: labelPrefix must hold no white space, got ${show(labelPrefix)}`);
  const fault = columnFault(format, askedColumns(settings));
  if (fault) throw new TypeError(`${who}: ${fault}`);
}

function columnFault(format: string, [column]: readonly AskedColumn[]): string | undefined {
  if (!column || !WITHOUT_COLUMNS.includes(format)) return undefined;
  return `${column.option} must be left out where the format has no columns, got ${show(column.name)} for ${format}`;
}

/** Makes the entries of an input's documents. */
export class EntryMaker {
  readonly #settings: EntrySettings;
  readonly #report: InputReport;
  /** Whose values `make` takes. */
  readonly columns: readonly AskedColumn[];
  /** The parts that each entry has, as `partsOf` lists them. */
  readonly parts: readonly string[];

  /** @throws the report's fault for columns in a format that has none */
  constructor(settings: EntrySettings, format: string, report: InputReport) {
    const asked = askedColumns(settings);
    this.#settings = settings;
    this.#report = report;
    this.columns = format === LABELLED ? asked.filter(({ option }) => option !== "labels") : asked;
    const fault = columnFault(format, this.columns);
    if (fault) throw report.fault("", fault);
    this.parts = [
      ...new Set([
        ...asked.map(({ option, name }) => (option === "fields" ? `fields.${name}` : option)),
        ...(settings.id === undefined ? [] : ["id"]),
        ...(settings.format === LABELLED ? ["labels"] : []),
      ]),
    ].sort();
  }

  /**
   * The entry of the document that the report went on to, from the values of its columns; undefined if none was asked for.
   * @throws the report's fault for a value that it cannot hold
   */
  make(where: string, values: readonly unknown[] = [], labels: readonly string[] = []): DocumentEntry | undefined {
    if (this.parts.length === 0) return undefined;
    const placed = this.#placed(labels);
    return this.columns.length === 0 ? placed : { ...placed, ...this.#read(where, values) };
  }

  /** What is known of a document without its columns. */
  #placed(labels: readonly string[]): DocumentEntry {
    const { id } = this.#settings;
    const known = this.parts.includes("labels") ? { labels } : {};
    if (id === POSITION) return { id: `${this.#report.name}:${this.#report.documents}`, ...known };
    return id === MESSAGE ? { id: this.#report.messageId, ...known } : known;
  }

  /** What its columns say. */
  #read(where: string, values: readonly unknown[]): DocumentEntry {
    const read = this.columns.map((column, k) => ({ ...column, part: this.#part(column, values[k], where) }));
    const fields = read.filter(({ option }) => option === "fields").map(({ name, part }) => [name, part]);
    const others = read.filter(({ option }) => option !== "fields").map(({ option, part }) => [option, part]);
    return {
      ...(Object.fromEntries(others) as DocumentEntry),
      ...(fields.length > 0 ? { fields: Object.fromEntries(fields) as Readonly<Record<string, DocumentField>> } : {}),
    };
  }

  #part({ option, name }: AskedColumn, value: unknown, where: string): unknown {
    const { must, of } = PARTS[option];
    const part = of(this.#clean(value, where), this.#settings.labelSeparator);
    if (part !== undefined) return part;
    const found = value === undefined ? "none" : show(value);
    throw this.#report.fault(where, `${name} must be ${must} (option ${option}), got ${found}`);
  }

  #clean(value: unknown, where: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#clean(item, where));
    return typeof value === "string" ? wellFormed(value, where, this.#settings.onInvalid, this.#report) : value;
  }
}

/** An entry that was not read from a record but made, as the others are. @throws what `fail` makes of what is the matter with it */
export function checkedEntry({ fields, ...others }: DocumentEntry, fail: (what: string) => Error): DocumentEntry {
  const checked = (option: Option, [name, value]: readonly [string, unknown]) => {
    if (option === "id" && value === null) return [name, null];
    const part = PARTS[option]?.of(value, undefined);
    if (part === undefined) throw fail(`${name} must be ${PARTS[option]?.must ?? "left out"}, got ${show(value)}`);
    return [name, part];
  };
  return {
    ...Object.fromEntries(Object.entries(others).map((part) => checked(part[0] as Option, part))),
    ...(fields ? { fields: Object.fromEntries(Object.entries(fields).map((part) => checked("fields", part))) } : {}),
  };
}

function idOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "bigint" || Number.isSafeInteger(value) ? String(value) : undefined;
}

/** A document may have none. */
function labelsOf(value: unknown, separator: string | undefined): readonly string[] | undefined {
  if (value === null) return [];
  if (typeof value === "string") return labelsIn(value, separator);
  return Array.isArray(value) && value.every((label) => typeof label === "string" && label !== "") ? value : undefined;
}

function labelsIn(text: string, separator: string | undefined): string[] {
  const labels = separator === undefined ? [text] : text.split(separator).map((label) => label.trim());
  return labels.filter((label) => label !== "");
}

function weightOf(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && number >= 0 && number < Number.POSITIVE_INFINITY ? number : undefined;
}

/** A record need not have it. */
function fieldOf(value: unknown = null): DocumentField | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return isExact ? (value as number) : undefined;
}
