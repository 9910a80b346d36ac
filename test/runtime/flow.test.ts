import { describe, expect, it } from "vitest";
import { currentScope, FlowGate, Ledger, RunScope, requireScope, withoutScope } from "#runtime";
import { turns } from "../support/counting.js";

describe("FlowGate", () => {
  it("is governed by the slowest port", () => {
    const gate = new FlowGate();
    const [wide, narrow] = [gate.open(3), gate.open(1)];
    wide.enter();
    narrow.enter();
    expect(gate.isOpen).toBe(false);
    narrow.leave();
    expect(gate.isOpen).toBe(true);
  });

  it("wakes who waits when the last full port leaves or closes, not before", async () => {
    const gate = new FlowGate();
    const [first, second] = [gate.open(1), gate.open(1)];
    first.enter();
    second.enter();
    let woken = 0;
    const waiting = [gate.ready(), gate.ready()].map((ready) => ready.then(() => woken++));
    first.leave();
    await turns();
    expect(woken).toBe(0);
    second.close();
    await Promise.all(waiting);
    expect(woken).toBe(2);
  });
});

describe("RunScope", () => {
  it("is found inside `within` only, the innermost one first, whatever is thrown", () => {
    const [outer, inner] = [new RunScope(), new RunScope()];
    outer.within(() => {
      expect(() =>
        inner.within(() => {
          expect(requireScope("x")).toBe(inner);
          throw new Error("out");
        }),
      ).toThrow("out");
      expect(currentScope()).toBe(outer);
      withoutScope(() => expect(() => requireScope("x")).toThrow(TypeError));
      expect(currentScope()).toBe(outer);
    });
    expect(() => requireScope("fromPull")).toThrow(/^fromPull: must be subscribed inside run\(\.\.\.\)/);
  });

  it("shares its gate and its closing with a child, which counts into a part of the ledger", async () => {
    const ledger = new Ledger();
    const scope = new RunScope(undefined, ledger);
    const child = scope.child("branch");
    child.ledger.add("read", 2);
    expect(ledger.child("branch").get("read")).toBe(2);
    expect(child.gate).toBe(scope.gate);
    child.closing(Promise.reject(new Error("disk full")));
    await expect(scope.closed()).rejects.toThrow("disk full");
  });

  it("is closed after everything that was announced, work announced meanwhile included", async () => {
    const scope = new RunScope();
    const done: string[] = [];
    scope.closing(
      turns(2).then(() => {
        done.push("first");
        scope.closing(turns(2).then(() => done.push("second")));
      }),
    );
    await scope.closed();
    expect(done).toEqual(["first", "second"]);
  });
});
