import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type CountOrShare, shareOf } from "../../schemas/fields.js";
import { isPlainObject, show } from "../../schemas/options.js";
import type { Rejection } from "../../schemas/text.js";
import { unreadable } from "../../storage/files/unreadable.js";
import type { InputFault } from "./inputFault.js";

const ENOUGH_FOR_A_SHARE = 1000;

interface SieveSettings {
  readonly maxRejected: CountOrShare;
  readonly only?: string | undefined;
}

/** Numbers of documents, by source. */
type Chosen = ReadonlyMap<string, Set<number>>;

/**
 * Says of each document of a source whether it is to be read, and whether the run goes on after one that cannot be.
 * State: two numbers, and of `only` the numbers of the documents that have not come yet.
 */
export class DocumentSieve {
  readonly #limit: CountOrShare;
  readonly #chosen: Chosen | undefined;
  readonly #hand: (rejection: Rejection) => void;
  #seen = 0;
  #rejected = 0;

  private constructor(limit: CountOrShare, chosen: Chosen | undefined, hand: (rejection: Rejection) => void) {
    this.#limit = limit;
    this.#chosen = chosen;
    this.#hand = hand;
  }

  /** @throws Error, SyntaxError if the list of the documents to read cannot be read */
  static async open(
    who: string,
    { maxRejected, only }: SieveSettings,
    hand: (rejection: Rejection) => void,
  ): Promise<DocumentSieve> {
    const chosen = only === undefined ? undefined : await readChosen(who, only);
    return new DocumentSieve(maxRejected, chosen, hand);
  }

  /** The first rejected document ends the run. */
  get isStrict(): boolean {
    return this.#limit === 0 || shareOf(this.#limit) === 0;
  }

  /** Whether any document of a source is to be read. */
  takesAnyOf(source: string): boolean {
    return !this.#chosen || this.#chosen.has(resolve(source));
  }

  /** Counts a document, and says whether it is to be read. */
  takes(source: string, document: number): boolean {
    const isTaken = !this.#chosen || this.#chosen.get(resolve(source))?.delete(document) === true;
    if (isTaken) this.#seen++;
    return isTaken;
  }

  /** @throws the fault itself where none is allowed; RangeError that ends with the limit, where this one is beyond it */
  reject(fault: InputFault, rejection: Rejection, who: string): void {
    if (this.isStrict) throw fault;
    this.#rejected++;
    this.#hand(rejection);
    if (typeof this.#limit === "string" && this.#seen < ENOUGH_FOR_A_SHARE) return;
    this.#checkLimit(who, `; the last one: ${fault.message}`);
  }

  /**
   * To be called when all has been read.
   * @throws RangeError if a greater share was rejected than may be, or if a document that was to be read was not there
   */
  finish(who: string): void {
    this.#checkLimit(who, "");
    for (const [source, missing] of this.#chosen ?? []) {
      const [document] = missing;
      if (document !== undefined)
        throw new RangeError(
          `${who}: only must name documents that are there, got document ${document} of ${source}, and ${missing.size - 1} more of it, which are not`,
        );
    }
  }

  #checkLimit(who: string, more: string): void {
    const most = typeof this.#limit === "number" ? this.#limit : shareOf(this.#limit) * this.#seen;
    if (this.#rejected <= most) return;
    throw new RangeError(
      `${who}: at most ${this.#limit} documents may be rejected (maxRejected), got ${this.#rejected} of ${this.#seen}${more}`,
    );
  }
}

/** The documents that a list of rejections names. */
async function readChosen(who: string, path: string): Promise<Chosen> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw unreadable(who, path, error);
  });
  const chosen = new Map<string, Set<number>>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const { source, document } = parsed(line) ?? {};
    if (typeof source !== "string" || typeof document !== "number")
      throw new SyntaxError(`${who}: ${path} line ${index + 1}: must name a source and a document, got ${show(line)}`);
    const place = resolve(source);
    if (!chosen.has(place)) chosen.set(place, new Set());
    chosen.get(place)!.add(document);
  }
  return chosen;
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
