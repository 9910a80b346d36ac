import { from, NEVER, Subject } from "rxjs";
import { expect, it } from "vitest";
import { drain, RunScope, type Writer, writeThrough } from "#runtime";
import { collect } from "../support/collect.js";

/** A writer that notes what is asked of it, each write taking a turn of the event loop. */
function notes(failAt?: string) {
  const log: string[] = [];
  const step = async (name: string) => {
    log.push(name);
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (name === failAt) throw new Error(`${name} failed`);
    log.push(`${name} done`);
  };
  const writer: Writer<number> = {
    write: (value) => step(`write ${value}`),
    finish: () => step("finish"),
    abandon: () => {
      log.push("abandon");
    },
  };
  return { log, writer };
}

it("passes each item on after it was written, and completes after the end is durable", async () => {
  const { log, writer } = notes();
  await collect(from([1, 2]).pipe(writeThrough("test", () => writer)), {
    onEvent: (value) => log.push(`event ${value}`),
  });
  expect(log).toEqual([
    "write 1",
    "write 1 done",
    "event 1",
    "write 2",
    "write 2 done",
    "event 2",
    "finish",
    "finish done",
  ]);
});

it("finishes an empty stream, and never finishes one that does not end", async () => {
  const { log, writer } = notes();
  await collect(from([] as number[]).pipe(writeThrough("test", () => writer)));
  expect(log).toEqual(["finish", "finish done"]);
  const endless = notes();
  await expect(
    collect(NEVER.pipe(writeThrough("test", () => endless.writer)), { signal: AbortSignal.timeout(10) }),
  ).rejects.toThrow();
  await expect.poll(() => endless.log).toEqual(["abandon"]);
});

it("abandons after a failing write or end, once", async () => {
  for (const [failAt, before] of [
    ["write 2", ["write 1", "write 1 done", "write 2"]],
    ["finish", ["write 1", "write 1 done", "write 2", "write 2 done", "finish"]],
  ] as const) {
    const { log, writer } = notes(failAt);
    await expect(collect(from([1, 2]).pipe(writeThrough("test", () => writer)))).rejects.toThrow(`${failAt} failed`);
    await expect.poll(() => log).toEqual([...before, "abandon"]);
  }
});

it("waits for the write under way before it abandons an unsubscribed stream", async () => {
  const { log, writer } = notes();
  const source = new Subject<number>();
  const subscription = new RunScope().within(() => source.pipe(writeThrough("test", () => writer)).subscribe());
  source.next(1);
  subscription.unsubscribe();
  expect(log).toEqual(["write 1"]);
  await expect.poll(() => log).toEqual(["write 1", "write 1 done", "abandon"]);
});

it("keeps what was finished when the stream is left in the meantime", async () => {
  const { log, writer } = notes();
  const source = new Subject<number>();
  const subscription = new RunScope().within(() => source.pipe(writeThrough("test", () => writer)).subscribe());
  source.complete();
  subscription.unsubscribe();
  await expect.poll(() => log).toEqual(["finish", "finish done"]);
});

it("is drain when nothing is to be passed on", async () => {
  const { log, writer } = notes();
  const { write, ...ends } = writer;
  expect(await collect(from([1, 2]).pipe(drain(write, ends)))).toEqual([]);
  expect(log.at(-1)).toBe("finish done");
});

it("must be run", async () => {
  const subscribed = new Promise((resolve) => {
    from([1])
      .pipe(writeThrough("writeIds", () => notes().writer))
      .subscribe({ error: resolve });
  });
  expect(await subscribed).toMatchObject({
    message: expect.stringContaining("writeIds: must be subscribed inside run(...)"),
  });
});
