// The event stream of the HTML standard, section 9.2.6, on bytes: https://html.spec.whatwg.org/multipage/server-sent-events.html

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const BYTE_ORDER_MARK = Buffer.from("\ufeff");

export interface ServerEvent {
  readonly type: string;
  /** As it was sent; it need not be UTF-8. */
  readonly data: Uint8Array;
  /** The last `id` that was sent with this event or one before. */
  readonly id: string;
}

/**
 * Takes an event stream apart. Any cut of it into chunks gives the same events; one that has not ended is none.
 * State: the event that has not ended, at most `maxLength` bytes.
 */
export class EventParser {
  readonly #maxLength: number;
  /** Of the line that has not ended. */
  #pieces: Uint8Array[] = [];
  #isAfterReturn = false;
  #isFirstLine = true;
  #data: Uint8Array[] = [];
  #length = 0;
  #type = "";
  #nextId: string;
  /** The id of the last event that ended. */
  lastId: string;
  /** Milliseconds before connecting again, if the server has said. */
  retry: number | undefined;

  constructor(maxLength: number, lastId = "") {
    this.#maxLength = maxLength;
    this.#nextId = lastId;
    this.lastId = lastId;
  }

  /** The events that end in this chunk. @throws RangeError for one that is too long */
  push(chunk: Uint8Array): ServerEvent[] {
    const events: ServerEvent[] = [];
    let from = this.#isAfterReturn && chunk[0] === LINE_FEED ? 1 : 0;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte !== LINE_FEED && byte !== RETURN) continue;
      this.#keep(chunk.subarray(from, at));
      const event = this.#endLine();
      if (event) events.push(event);
      if (byte === RETURN && chunk[at + 1] === LINE_FEED) at++;
      from = at + 1;
    }
    this.#keep(Uint8Array.from(chunk.subarray(from)));
    if (chunk.length > 0) this.#isAfterReturn = chunk.at(-1) === RETURN;
    return events;
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    if (this.#length > this.#maxLength)
      throw new RangeError(`an event must be at most ${this.#maxLength} bytes (maxRecordLength), got more`);
    this.#pieces.push(piece);
  }

  #endLine(): ServerEvent | undefined {
    let line = Buffer.concat(this.#pieces);
    this.#pieces = [];
    if (this.#isFirstLine && line.indexOf(BYTE_ORDER_MARK) === 0) line = line.subarray(BYTE_ORDER_MARK.length);
    this.#isFirstLine = false;
    if (line.length === 0) return this.#endEvent();
    const colon = line.indexOf(COLON);
    if (colon === -1) this.#field(line.toString(), line.subarray(line.length));
    else if (colon > 0)
      this.#field(line.toString("utf8", 0, colon), line.subarray(line[colon + 1] === SPACE ? colon + 2 : colon + 1));
    else this.#length -= line.length; // a comment
    return undefined;
  }

  #field(name: string, value: Buffer): void {
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#type = value.toString();
    else if (name === "id" && !value.includes(0)) this.#nextId = value.toString();
    else if (name === "retry" && /^\d+$/.test(value.toString())) this.retry = Number(value.toString());
  }

  #endEvent(): ServerEvent | undefined {
    const [type, parts] = [this.#type, this.#data];
    this.#type = "";
    this.#data = [];
    this.#length = 0;
    this.lastId = this.#nextId;
    if (parts.length === 0) return undefined;
    const lineEnd = Uint8Array.of(LINE_FEED);
    const data = Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [lineEnd, part])));
    return { type: type || "message", data, id: this.lastId };
  }
}
