import type { ServerResponse } from "node:http";
import { HttpFault } from "./httpFault.js";

/** So many pages may be open at once; a browser gives the stream of a hidden one back. */
export const MOST_STREAMS = 8;
/** Each telling makes every page that is open draw, on processors that a run may want. */
export const TOLD_EVERY_MS = 1000;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

/**
 * Answers that do not end: whoever reads one is told each event as it comes, and at first the last of each name. An event is all there is
 * to know of its name, so that a reader who is slow misses some and nothing else. After events have been told, those that come within a second
 * wait for its end, and the last of each name is told.
 *
 * State: the last event of each name, as text, and the open answers.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html for the form
 */
export class EventStreams {
  readonly #open = new Set<ServerResponse>();
  readonly #last = new Map<string, string>();
  readonly #untold = new Set<string>();
  #pause: NodeJS.Timeout | undefined;

  /** @throws HttpFault 503 if there are too many */
  requireRoom(): void {
    if (this.#open.size >= MOST_STREAMS)
      throw new HttpFault(503, `at most ${MOST_STREAMS} streams of events may be open, got one more`, {
        headers: { "retry-after": "5" },
      });
  }

  add(response: ServerResponse): void {
    const tellAll = () => response.write([...this.#last.values()].join(""));
    response.writeHead(200, HEADERS);
    response.on("drain", tellAll);
    response.on("close", () => this.#open.delete(response));
    this.#open.add(response);
    response.flushHeaders();
    if (this.#last.size > 0) tellAll();
  }

  tell(name: string, data: unknown): void {
    const event = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    if (this.#last.get(name) === event) return;
    this.#last.set(name, event);
    this.#untold.add(name);
    if (!this.#pause) this.#tellNow();
  }

  close(): void {
    this.#tellNow();
    clearTimeout(this.#pause);
    for (const response of this.#open) response.end();
  }

  #tellNow(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    if (this.#untold.size === 0) return;
    const events = [...this.#untold].map((name) => this.#last.get(name)).join("");
    this.#untold.clear();
    for (const response of this.#open) if (!response.writableNeedDrain) response.write(events);
    this.#pause = setTimeout(() => this.#tellNow(), TOLD_EVERY_MS).unref();
  }
}
