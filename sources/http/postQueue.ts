import { bytesOf, millisecondsOf } from "../../schemas/fields.js";
import type { TextBatch } from "../../schemas/text.js";
import type { Draft } from "../documents/draft.js";
import { TextWriter } from "../documents/textWriter.js";
import { Inbox } from "../live/inbox.js";
import type { HttpSettings } from "./httpFields.js";
import { Refusal } from "./postedText.js";
import { tooMuch } from "./postServer.js";
import type { Post } from "./postTaker.js";

/** What is known again of posts that are kept nowhere: how many there were. */
export interface PostMark {
  /** Bytes of text taken in. */
  readonly offset: number;
  /** Documents begun. */
  readonly begun: number;
}

interface Waiting {
  readonly post: Post;
  readonly resolve: (documents: number) => void;
  readonly reject: (refusal: Refusal) => void;
}

/** Posts on their way into the pipeline; each is answered when it is there. State: `capacity` bytes of text. */
export class PostQueue {
  readonly #settings: HttpSettings;
  readonly #inbox: Inbox<Waiting>;
  readonly #draft: Draft;
  readonly #start: PostMark;
  readonly #unanswered = new Set<Waiting>();
  #error: { readonly error: unknown } | undefined;

  constructor(settings: HttpSettings, draft: Draft, start: PostMark = { offset: 0, begun: 0 }) {
    const { capacity, chunkSize, flushAfter } = settings;
    this.#settings = settings;
    this.#inbox = new Inbox({ groupSize: chunkSize, capacity: bytesOf(capacity), wait: millisecondsOf(flushAfter) });
    this.#draft = draft;
    this.#start = start;
  }

  get isFull(): boolean {
    return this.#inbox.isFull || this.#unanswered.size >= this.#settings.maxWaiting;
  }

  /** Resolves with the number of documents once they were passed on. */
  add(post: Post): Promise<number> {
    if (this.isFull) throw tooMuch();
    return new Promise((resolve, reject) => {
      const waiting = { post, resolve, reject };
      this.#unanswered.add(waiting);
      if (this.#inbox.isOver) this.end();
      else this.#inbox.put(waiting, Math.max(1, post.bytes.length));
    });
  }

  async *batches(): AsyncGenerator<TextBatch> {
    const writer = new TextWriter(this.#settings.chunkSize, this.#start.begun);
    let { offset } = this.#start;
    writer.open("http", offset);
    for (let group = await this.#inbox.take(); !this.#inbox.isOver; group = await this.#inbox.take()) {
      for (const waiting of group) {
        offset += waiting.post.bytes.length;
        writer.beginAll(waiting.post.documentOffsets, waiting.post.entries);
        writer.append(waiting.post.bytes);
        this.#draft.absorb(waiting.post.draft);
        this.#draft.afterwards(() => this.#passedOn(waiting));
      }
      writer.reach(offset);
      const { position, ...batch } = writer.take();
      const mark: PostMark = { offset, begun: position.documents };
      const waiting = { bytes: this.#inbox.size };
      yield { ...batch, position: { ...position, waiting, cursor: JSON.stringify(mark) } };
    }
    if (this.#error) throw this.#error.error;
  }

  /** Nothing more is passed on: who waits for that is told. */
  readonly end = (error?: unknown): void => {
    if (error !== undefined) this.#error ??= { error };
    this.#inbox.end();
    for (const { reject } of this.#unanswered) reject(new Refusal(503, "the text was not taken in: the run has ended"));
    this.#unanswered.clear();
  };

  #passedOn(waiting: Waiting): void {
    this.#unanswered.delete(waiting);
    waiting.resolve(waiting.post.documentOffsets.length);
  }
}
