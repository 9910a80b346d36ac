import fs, { type PathLike } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";
import { onTestFinished } from "vitest";

/** What a test has done to files, in order: `write a.txt`, `fsync a.txt`, `rename b.txt`, `fsync folder/`; the same again is said once. */
export interface DiskLog {
  readonly entries: readonly string[];
  note(entry: string): void;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever is called, and gives
type After = (self: any, args: readonly any[], result: any) => void;

/** Logs every call of this thread from now on until the test ends; `onRename` may look at what got its name. */
export async function diskLog(onRename: (path: string) => void = () => {}): Promise<DiskLog> {
  const entries: string[] = [];
  const names = new Map<number, string>();
  const restore: (() => void)[] = [];
  const note = (entry: string) => void (entries.at(-1) !== entry && entries.push(entry));
  /** `after` sees the arguments and the result of each call that did not fail. */
  const watch = (owner: object, name: string, after: After) => {
    const call = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    const watched = function (this: unknown, ...args: unknown[]) {
      const result = call.apply(this, args);
      if (result instanceof Promise)
        result.then(
          (value) => after(this, args, value),
          () => {},
        );
      else after(this, args, result);
      return result;
    };
    Reflect.set(owner, name, watched);
    restore.push(() => Reflect.set(owner, name, call));
  };
  const nameOf = (path: PathLike) =>
    fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ? `${basename(String(path))}/` : basename(String(path));
  const sample = await fs.promises.open(import.meta.filename);
  const handles: object = Object.getPrototypeOf(sample);
  await sample.close();

  watch(fs, "openSync", (_, [path], descriptor) => names.set(descriptor, nameOf(path)));
  watch(fs.promises, "open", (_, [path], { fd }) => names.set(fd, nameOf(path)));
  watch(fs, "renameSync", (_, [, to]) => {
    note(`rename ${basename(to)}`);
    onRename(to);
  });
  for (const [call, verb] of Object.entries({
    writeSync: "write",
    write: "write",
    fsyncSync: "fsync",
    ftruncateSync: "cut",
  }))
    watch(fs, call, (_, [descriptor]) => note(`${verb} ${names.get(descriptor)}`));
  for (const [call, verb] of Object.entries({ appendFile: "write", datasync: "fsync", sync: "fsync", truncate: "cut" }))
    watch(handles, call, ({ fd }) => note(`${verb} ${names.get(fd)}`));
  syncBuiltinESMExports();
  onTestFinished(() => {
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  });
  return { entries, note };
}
