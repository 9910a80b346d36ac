// Puts faults beneath whatever is imported after this: in file system calls, in worker threads, and in the clock.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import workerThreads from "node:worker_threads";

/** What is to go wrong: `kind` names a call or a fault, `at` the call in question, `below` draws numbers. */
let plan = { kind: "none" };
let calls = new Map();
let happened = false;

export function inject(next) {
  plan = next;
  calls = new Map();
  happened = false;
}

/** Ends the injection; returns how often each call was made, and whether something went wrong. */
export function endInjection() {
  plan = { kind: "none" };
  return { calls, happened };
}

function failing(kind, call) {
  return function (...args) {
    if (plan.kind === "none") return call.apply(this, args);
    calls.set(kind, (calls.get(kind) ?? 0) + 1);
    if (plan.kind === kind && calls.get(kind) === plan.at) {
      happened = true;
      const message = `${plan.code}: injected, ${kind}`;
      throw Object.assign(new Error(message), { code: plan.code, syscall: kind });
    }
    return call.apply(this, plan.kind === "short" ? shortened(kind, args) : args);
  };
}

/** Asks for fewer bytes, as signals and some file systems do. */
function shortened(kind, args) {
  const isOfHandle = kind === "handle.read" || kind === "handle.write";
  const [buffer, at] = isOfHandle ? [args[0], 1] : [args[1], 2];
  if (!/read$|write$/.test(kind) || !ArrayBuffer.isView(buffer)) return args;
  const offset = args[at] ?? 0;
  const length = args[at + 1] ?? buffer.byteLength - offset;
  const copy = [...args];
  copy[at] = offset;
  copy[at + 1] = length > 1 ? 1 + plan.below(length) : length;
  happened ||= copy[at + 1] < length;
  return copy;
}

const handle = await fs.promises.open(import.meta.filename);
const handlePrototype = Object.getPrototypeOf(handle);
await handle.close();
fs.writeSync = failing("write", fs.writeSync);
fs.write = failing("write", fs.write);
fs.fsyncSync = failing("fsync", fs.fsyncSync);
fs.renameSync = failing("rename", fs.renameSync);
fs.openSync = failing("open", fs.openSync);
fs.readSync = failing("read", fs.readSync);
fs.promises.open = failing("open", fs.promises.open);
handlePrototype.read = failing("handle.read", handlePrototype.read);
handlePrototype.write = failing("handle.write", handlePrototype.write);

/** The first thread is ended from outside: when it is online, or with the k-th message that it is sent, at every second time before it. */
workerThreads.Worker = class extends workerThreads.Worker {
  #isFirst = plan.kind !== "none" && !calls.has("thread");

  constructor(...args) {
    super(...args);
    if (this.#isFirst) this.once("online", () => this.#reached());
    if (this.#isFirst) calls.set("thread", 0);
  }

  postMessage(...args) {
    const isLast = this.#isFirst && calls.get("thread") + 1 === plan.at;
    if (isLast && plan.at % 2 === 0) this.#reached();
    super.postMessage(...args);
    if (!isLast || plan.at % 2 === 1) this.#reached();
  }

  #reached() {
    if (!this.#isFirst || plan.kind === "none") return;
    calls.set("thread", calls.get("thread") + 1);
    if (plan.kind !== "thread" || calls.get("thread") !== plan.at) return;
    happened = true;
    void super.terminate();
  }
};

const RealDate = Date;
/** A clock that somebody sets back. */
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [Date.now()] : args));
  }

  static now() {
    return RealDate.now() - (plan.milliseconds ?? 0);
  }
};
syncBuiltinESMExports();
