import type { IncomingHttpHeaders } from "node:http";
import { entriesOfColumn } from "../../kernels/documents/documentColumns.js";
import type { DocumentEntry } from "../../schemas/documents.js";
import { bytesOf } from "../../schemas/fields.js";
import { defaultExpansion } from "../../storage/files/expansion.js";
import { DocumentSieve } from "../documents/documentSieve.js";
import { Draft } from "../documents/draft.js";
import { InputReport } from "../documents/inputReport.js";
import { readDocuments } from "../documents/readDocuments.js";
import { TextWriter } from "../documents/textWriter.js";
import type { HttpSettings } from "./httpFields.js";
import { type PostedText, postedTexts, Refusal } from "./postedText.js";

/** The documents of a post, and what is to be told of them. */
export interface Post {
  readonly bytes: Uint8Array;
  /** Where the documents begin in them. */
  readonly documentOffsets: Uint32Array;
  /** What is known of each, if the source was asked for that. */
  readonly entries: readonly DocumentEntry[];
  readonly draft: Draft;
}

/** Finds the documents in what was posted. */
export class PostTaker {
  readonly #settings: HttpSettings;
  readonly #sieve: DocumentSieve;

  private constructor(settings: HttpSettings, sieve: DocumentSieve) {
    this.#settings = settings;
    this.#sieve = sieve;
  }

  static async open(settings: HttpSettings, draft: Draft): Promise<PostTaker> {
    return new PostTaker(settings, await DocumentSieve.open("http", settings, draft.reject));
  }

  /**
   * @throws Refusal for a body that cannot be used
   * @throws RangeError, and tells `end`, if more documents were rejected than may be
   */
  async take(headers: IncomingHttpHeaders, body: Buffer, end: (error: unknown) => void): Promise<Post> {
    const { format, maxBodyLength } = this.#settings;
    const texts = await postedTexts(headers, body, format, bytesOf(maxBodyLength));
    const draft = new Draft();
    const writer = new TextWriter(Number.POSITIVE_INFINITY);
    try {
      for (const text of texts) await this.#read(text, draft, writer);
    } catch (error) {
      if (error instanceof Error && "reason" in error) throw new Refusal(400, error.message);
      end(error);
      throw error;
    }
    const { bytes, documentOffsets, documents = {} } = writer.take();
    return { bytes, documentOffsets, entries: entriesOfColumn(documents), draft };
  }

  async #read({ bytes, format }: PostedText, { ledger }: Draft, writer: TextWriter): Promise<void> {
    const documents = ledger.get("documents") + ledger.get("rejectedDocuments");
    const report = new InputReport("http", "a post", ledger, this.#sieve, { offset: 0, line: 1, documents });
    const settings = { ...this.#settings, only: undefined, maxExpansion: defaultExpansion };
    for await (const _ of readDocuments(once(bytes), format, settings, report, writer)) {
      // a writer without a limit is never full
    }
  }
}

async function* once<T>(item: T): AsyncGenerator<T> {
  yield item;
}
