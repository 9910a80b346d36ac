import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventParser } from "../../../dist/sources/live/eventParser.js";

const parsed = (...chunks: (string | Uint8Array)[]) => {
  const parser = new EventParser(1000);
  const events = chunks.flatMap((chunk) => parser.push(Buffer.from(chunk)));
  return { parser, events: events.map(({ data, id, type }) => [type, Buffer.from(data).toString(), id]) };
};

describe("EventParser", () => {
  // The examples of the HTML standard, section 9.2.6.
  it("joins the data lines of an event", () => {
    expect(parsed("data: YHOO\ndata: +2\ndata: 10\n\n").events).toEqual([["message", "YHOO\n+2\n10", ""]]);
  });

  it("passes over comments, keeps the last id, and takes one space from a value", () => {
    const text =
      ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\ndata: unended";
    expect(parsed(text).events).toEqual([
      ["message", "first event", "1"],
      ["message", "second event", ""],
      ["message", " third event", ""],
    ]);
  });

  it("knows events without text from blocks without data", () => {
    expect(parsed("data\n\ndata\ndata\n\ndata:").events).toEqual([
      ["message", "", ""],
      ["message", "\n", ""],
    ]);
    const { events, parser } = parsed("event: a\nid: 7\n\ndata: x\n\n");
    expect(events).toEqual([["message", "x", "7"]]);
    expect(parser.lastId).toBe("7");
  });

  it("reads types, retry times and any line end, and ignores other fields and what the standard forbids", () => {
    const text = "\ufeffevent: post\r\ndata: 你好\r\rretry: 250\nretry: soon\nother: 1\nid: a\0b\ndata: x\n\n";
    const { events, parser } = parsed(text);
    expect(events).toEqual([
      ["post", "你好", ""],
      ["message", "x", ""],
    ]);
    expect(parser.retry).toBe(250);
  });

  it("gives an id to the cursor only once its event has ended", () => {
    const { parser } = parsed("id: 1\ndata: a\n\nid: 2\ndata: b\n");
    expect(parser.lastId).toBe("1");
  });

  it("gives the same events for any cut into chunks", () => {
    const text = Buffer.from(
      "\ufeffid: 1\r\nevent: e\rdata: 猫\r\ndata\n\r\n: c\r\rdata: b\r\n\r\nid: 2\n\ndata: c\n\n",
    );
    const whole = parsed(text).events;
    expect(whole.length).toBe(3);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const chunks = at.slice(1).map((end, i) => text.subarray(at[i], end));
        expect(parsed(...chunks).events).toEqual(whole);
      }),
      { seed: 1 },
    );
  });

  it("refuses an event that grows without end, and no number of comments", () => {
    const parser = new EventParser(10);
    for (let i = 0; i < 20; i++) parser.push(Buffer.from(": alive\n"));
    expect(() => parser.push(Buffer.from("data: 1\ndata: 2\n"))).toThrow(
      "an event must be at most 10 bytes (maxRecordLength), got more",
    );
  });
});
