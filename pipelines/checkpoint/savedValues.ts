import type { DataKind, Facts, KindValue } from "../../schemas/index.js";
import { tableFormats } from "../../sinks/writeRows.js";
import { openTable } from "../../storage/tables/tableFile.js";
import { writeTable } from "../../storage/tables/tableWriter.js";

/** A whole value on the disk. */
export interface SavedValue {
  readonly kind: string;
  readonly file: string;
  readonly facts: Facts;
  /** Names of the values that it refers to, and their ids. */
  readonly needs: readonly (readonly [name: string, id: string])[];
}

/** Writes whole values into a folder, each once, in the form that their kind states, and reads them again. State: which value has which id. */
export class SavedValues {
  readonly #fileOf: (name: string) => string;
  readonly #kinds: ReadonlyMap<string, DataKind>;
  readonly #ids = new WeakMap<object, string>();
  #saved = new Map<string, SavedValue>();

  constructor(fileOf: (name: string) => string, kinds: ReadonlyMap<string, DataKind>) {
    this.#fileOf = fileOf;
    this.#kinds = kinds;
  }

  /** The id of a value, and `values` with it and all that it needs. The proposal holds if the value has no id yet. */
  note(values: Map<string, KindValue>, proposal: string, { kind, value }: KindValue): string {
    const id = this.#ids.get(value as object) ?? proposal;
    this.#ids.set(value as object, id);
    for (const [name, needed] of this.#needsOf({ kind, value })) this.note(values, `${id}.${name}`, needed);
    values.set(id, { kind, value });
    return id;
  }

  /** Makes sure that the values are on the disk, and forgets all others. */
  async save(values: ReadonlyMap<string, KindValue>): Promise<ReadonlyMap<string, SavedValue>> {
    const saved = new Map<string, SavedValue>();
    for (const [id, value] of values) saved.set(id, this.#saved.get(id) ?? (await this.#write(id, value)));
    this.#saved = saved;
    return saved;
  }

  /** Reads values again; each stands behind those that it needs. */
  async load(saved: ReadonlyMap<string, SavedValue>): Promise<Map<string, unknown>> {
    const values = new Map<string, unknown>();
    for (const [id, { kind, file, facts, needs }] of saved) {
      const needed = Object.fromEntries(needs.map(([name, needId]) => [name, values.get(needId)]));
      const path = this.#fileOf(file);
      const value = await this.#formOf(kind).read({ path, ...(await openTable(path)) }, facts, needed);
      values.set(id, value);
      this.#ids.set(value as object, id);
    }
    this.#saved = new Map(saved);
    return values;
  }

  async #write(id: string, { kind, value }: KindValue): Promise<SavedValue> {
    const form = this.#formOf(kind);
    const file = `${id}.arrow`;
    await writeTable(this.#fileOf(file), form.schema(value as never), tableFormats.arrow, async (writer) => {
      for await (const { columns, rows } of form.blocks(value as never)) await writer.write(columns, rows);
    });
    const needs = this.#needsOf({ kind, value }).map(
      ([name, needed]) => [name, this.#ids.get(needed.value as object)!] as const,
    );
    return { kind, file, facts: form.facts?.(value as never) ?? {}, needs };
  }

  #needsOf({ kind, value }: KindValue): [string, KindValue][] {
    return Object.entries(this.#formOf(kind).needs?.(value as never) ?? {});
  }

  #formOf(kind: string): NonNullable<DataKind["table"]> {
    const form = this.#kinds.get(kind)?.table;
    if (!form) throw new TypeError(`${kind}: cannot be kept by a checkpoint, since it has no form on the disk`);
    return form;
  }
}
