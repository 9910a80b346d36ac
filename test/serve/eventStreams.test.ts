import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EventStreams, TOLD_EVERY_MS } from "../../serve/eventStreams.js";

/** An open answer, and what was written to it. */
class Reader extends EventEmitter {
  readonly told: string[] = [];
  writableNeedDrain = false;
  writeHead() {}
  flushHeaders() {}
  end() {}
  write(text: string) {
    this.told.push(...text.split("\n\n").filter(Boolean));
  }
}

const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}`;

describe("EventStreams", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function open(streams: EventStreams): Reader {
    const reader = new Reader();
    streams.add(reader as unknown as ServerResponse);
    return reader;
  }

  it("tells the first event at once, and of those that come within a second the last of each name at its end", () => {
    const streams = new EventStreams();
    const { told } = open(streams);
    streams.tell("run", 1);
    expect(told).toEqual([event("run", 1)]);
    streams.tell("run", 2);
    streams.tell("models", ["a"]);
    streams.tell("run", 3);
    vi.advanceTimersByTime(TOLD_EVERY_MS - 1);
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(told.slice(1)).toEqual([event("run", 3), event("models", ["a"])]);
    vi.advanceTimersByTime(10 * TOLD_EVERY_MS);
    streams.tell("run", 4); // a second has gone by
    expect(told.slice(3)).toEqual([event("run", 4)]);
  });

  it("tells nothing twice, and whoever comes the last of each name", () => {
    const streams = new EventStreams();
    const first = open(streams);
    streams.tell("run", 1);
    streams.tell("models", []);
    vi.advanceTimersByTime(TOLD_EVERY_MS);
    streams.tell("run", 1);
    vi.advanceTimersByTime(2 * TOLD_EVERY_MS);
    expect(first.told).toEqual([event("run", 1), event("models", [])]);
    expect(open(streams).told).toEqual(first.told);
  });

  it("leaves out what a slow reader has no room for, and tells it the last of each name once there is some", () => {
    const streams = new EventStreams();
    const slow = open(streams);
    slow.writableNeedDrain = true;
    streams.tell("run", 1);
    vi.advanceTimersByTime(TOLD_EVERY_MS);
    streams.tell("run", 2);
    expect(slow.told).toEqual([]);
    slow.emit("drain");
    expect(slow.told).toEqual([event("run", 2)]);
  });

  it("tells what it has kept back before it closes", () => {
    const streams = new EventStreams();
    const { told } = open(streams);
    streams.tell("run", 1);
    streams.tell("run", 2);
    streams.close();
    expect(told).toEqual([event("run", 1), event("run", 2)]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
