import type { PostingList } from "../../schemas/searchIndex.js";

/** The postings that were asked for last, up to so many bytes; the list that was not asked for the longest goes first. */
export class RecentLists {
  readonly #most: number;
  readonly #lists = new Map<number, PostingList>();
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get(place: number): PostingList | undefined {
    const list = this.#lists.get(place);
    if (!list) return undefined;
    this.#lists.delete(place);
    this.#lists.set(place, list);
    return list;
  }

  /** A list that alone has more bytes than there may be is not kept. */
  add(place: number, list: PostingList): void {
    if (bytesOf(list) > this.#most) return;
    this.#lists.set(place, list);
    this.#bytes += bytesOf(list);
    for (const [oldest, { documents, counts }] of this.#lists) {
      if (this.#bytes <= this.#most) return;
      this.#lists.delete(oldest);
      this.#bytes -= bytesOf({ documents, counts });
    }
  }
}

const bytesOf = ({ documents, counts }: PostingList): number => documents.byteLength + counts.byteLength;
