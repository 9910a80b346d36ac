import { realpath, stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { printableLine } from "../kernels/text/printable.js";
import { fileOfRun, inspectFile, loadValue, type Registry, runOf } from "../pipelines/index.js";
import type { DataKind } from "../schemas/index.js";
import type { Io } from "./command.js";
import type { QueryThread } from "./serveOnThread.js";

const LOOK_EVERY_MS = 500;

/** A file whose value is asked. */
export interface ServedFile {
  /** What `model=` calls the value. */
  readonly name: string;
  readonly path: string;
  readonly kind: DataKind;
  /** What `/status` calls the file. */
  readonly shown: string;
  /** Puts another value beside it, where one is given. */
  readonly joined?: (value: never) => unknown;
}

/** Whoever may ask without a token need not learn where the files of this machine lie. */
export const shownPath = (path: string, hasToken: boolean): string =>
  !hasToken && isAbsolute(path) ? basename(path) : path;

/**
 * The file that an argument stands for, if it holds what can be asked.
 * @throws TypeError if nothing can be asked of what the file holds
 */
export async function servedFile(
  who: string,
  argument: string,
  registry: Registry,
  hasToken: boolean,
  name?: string,
): Promise<ServedFile> {
  const isNamed = runOf(argument)?.part !== undefined;
  const path = fileOfRun(argument, ...(isNamed ? answering(registry) : answeringAtTheEnd(registry)));
  const { holds, format } = await inspectFile(path, [...registry.kinds.values()]);
  const kind = holds === undefined ? undefined : registry.kinds.get(holds);
  if (!kind?.answers || !(kind.load || kind.table))
    throw new TypeError(
      `${who}: ${path} must hold what can be asked (${answering(registry).join(", ")}), got ${holds ?? format}`,
    );
  return { name: name ?? kind.name, path, kind, shown: shownPath(path, hasToken) };
}

/** The kinds of data that can be asked. */
export const answering = ({ kinds }: Registry): string[] =>
  [...kinds.values()].filter(({ answers }) => answers).map(({ name }) => name);

/** Those of them that are what a run was made for. */
const answeringAtTheEnd = (registry: Registry): string[] =>
  answering(registry).filter((name) => !registry.kinds.get(name)!.answers!.onTheWay);

/** Publishes what a file holds. Returns what the file was before it was read: if it changes meanwhile, it is read once more. */
export async function publishFile(file: ServedFile, thread: QueryThread, sequence: number): Promise<string> {
  const { name, kind, path, shown, joined = (value: never) => value } = file;
  const stamp = await stampOf(path);
  const value = (await loadValue(kind, await realpath(path))) as never;
  await thread.publish(name, { sequence, value: joined(value) });
  const model = kind.origin?.of(value).get("model");
  thread.setStatus(name, { file: shown, ...(model === undefined ? {} : { model }) });
  return stamp;
}

/**
 * Publishes a file again whenever it is another one, until the signal. One that cannot be read leaves the answers as they are.
 * `first` is what it was when it was published.
 */
export async function followFile(
  file: ServedFile,
  thread: QueryThread,
  first: string,
  { signal, stderr }: Pick<Io, "signal" | "stderr">,
): Promise<void> {
  let seen = first;
  for (let sequence = 2; !signal.aborted; ) {
    await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    const stamp = await stampOf(file.path).catch(() => seen); // it is being replaced
    if (stamp === seen || signal.aborted) continue;
    seen = stamp;
    try {
      seen = await publishFile(file, thread, sequence);
      sequence++;
    } catch (error) {
      const message = printableLine((error as Error).message);
      stderr.write(`serve: ${message}; the ${file.kind.name} from before still answer\n`);
    }
  }
}

/** Differs once the file, or what a link such as `latest` leads to, is another one. */
async function stampOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path);
  return [await realpath(path), ino, size, mtimeMs].join("\n");
}
