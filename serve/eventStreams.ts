import type { ServerResponse } from "node:http";
import { HttpFault } from "./httpFault.js";

/** So many pages may be open at once; a browser gives the stream of a hidden one back. */
export const MOST_STREAMS = 8;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

/**
 * Answers that do not end: whoever reads one is told each event as it comes, and at first the last of each name. An event is all there is
 * to know of its name, so that a reader who is slow misses some and nothing else.
 *
 * State: the last event of each name, as text, and the open answers.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html for the form
 */
export class EventStreams {
  readonly #open = new Set<ServerResponse>();
  readonly #last = new Map<string, string>();

  /** @throws HttpFault 503 if there are too many */
  requireRoom(): void {
    if (this.#open.size >= MOST_STREAMS)
      throw new HttpFault(503, `at most ${MOST_STREAMS} streams of events may be open, got one more`, {
        headers: { "retry-after": "5" },
      });
  }

  add(response: ServerResponse): void {
    response.writeHead(200, HEADERS);
    response.on("drain", () => this.#tellAll(response));
    response.on("close", () => this.#open.delete(response));
    this.#open.add(response);
    response.flushHeaders();
    this.#tellAll(response);
  }

  tell(name: string, data: unknown): void {
    const event = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#last.set(name, event);
    for (const response of this.#open) if (!response.writableNeedDrain) response.write(event);
  }

  close(): void {
    for (const response of this.#open) response.end();
  }

  #tellAll(response: ServerResponse): void {
    for (const event of this.#last.values()) response.write(event);
  }
}
