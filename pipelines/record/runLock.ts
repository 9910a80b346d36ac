import { randomUUID } from "node:crypto";
import { linkSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { LOCK } from "../../schemas/runFolder.js";

/** The lock of a run's folder; names that begin with it belong to the lock too. */
export { LOCK };

const UNPUBLISHED = `${LOCK}.new.`;
const MAX_TRIES = 100; // each one that fails means that another run was faster

/** Who holds a folder. */
interface Owner {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** When the process began, in clock ticks since the machine did: tells it from a later one with the same number. Only where /proc says it, as the next two. */
  readonly started?: string | undefined;
  /** Which start of the machine this is. */
  readonly boot?: string | undefined;
  /** In which container's numbers `pid` counts. */
  readonly pidSpace?: string | undefined;
}

/**
 * Holds a folder for one run at a time, also against other processes, and other machines that share the disk.
 *
 * The lock is a chain of small files: `.lock` names the first owner, `.lock.after.ID` who took it over from a dead owner ID. The
 * last one of the chain holds the folder. Each link is made with its content in place and only where none is, so that one of any
 * number of takers wins; ids are never used twice, so that nobody can remove a lock that he has not seen. Whoever made a link
 * looks again whether it ends the chain, since the chain may have been let go in between.
 */
export class RunLock {
  private constructor(
    readonly folder: string,
    readonly id: string,
  ) {}

  /**
   * @throws Error that names the owner, if another run holds the folder, or if that cannot be told: an owner on another machine
   *   may be alive
   */
  static take(folder: string): RunLock {
    const me: Owner = { id: randomUUID(), pid: process.pid, host: hostname(), ...birthOf("self") };
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const last = chainOf(folder).at(-1);
      if (last && !isDead(last.owner, me)) throw heldBy(last);
      const name = last ? `${LOCK}.after.${last.owner.id}` : LOCK;
      if (!create(folder, name, me)) continue;
      if (endsWith(chainOf(folder), me.id)) {
        removeStrays(folder);
        return new RunLock(folder, me.id);
      }
      rmSync(join(folder, name), { force: true });
    }
    throw new Error(`run: ${join(folder, LOCK)} must be a lock that can be taken, got ${MAX_TRIES} tries in vain`);
  }

  /** Lets the folder go. */
  release(): void {
    const chain = chainOf(this.folder);
    if (!endsWith(chain, this.id)) return; // somebody removed it by hand, and it is not ours any more
    for (const { path } of chain) rmSync(path, { force: true }); // the first one first: without it the others mean nothing
  }
}

interface Link {
  readonly path: string;
  readonly owner: Owner;
}

function chainOf(folder: string): Link[] {
  const chain: Link[] = [];
  for (let name = LOCK; ; name = `${LOCK}.after.${chain.at(-1)!.owner.id}`) {
    const path = join(folder, name);
    const owner = readOwner(path);
    if (!owner) return chain;
    chain.push({ path, owner });
  }
}

const endsWith = (chain: readonly Link[], id: string) => chain.at(-1)?.owner.id === id;

function readOwner(path: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(path, "utf8")) as Owner;
    if (typeof owner.id === "string" && Number.isSafeInteger(owner.pid)) return owner;
    throw new SyntaxError("no owner");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`run: ${path} must name the run that holds the folder, got ${(cause as Error).message}`, { cause });
  }
}

/** Makes a link of the chain, whole from the first moment; false if there is one of that name. */
function create(folder: string, name: string, owner: Owner): boolean {
  const unpublished = join(folder, UNPUBLISHED + owner.id);
  const text = `${JSON.stringify(owner)}\n`;
  try {
    writeFileSync(unpublished, text);
    linkSync(unpublished, join(folder, name));
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOENT") return false; // ENOENT: the winner has tidied up
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code)) throw unwritable(folder, error);
    return createWithoutLinks(join(folder, name), text); // a disk without hard links, such as exFAT
  } finally {
    rmSync(unpublished, { force: true });
  }
}

function createWithoutLinks(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw unwritable(path, error);
  }
}

/** What runs that were killed while they took the lock have left; it cannot belong to one that will hold the folder. */
function removeStrays(folder: string): void {
  const chain = new Set(chainOf(folder).map(({ path }) => path));
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith(`${LOCK}.`) && !chain.has(path)) rmSync(path, { force: true });
  }
}

/** Surely dead: where that cannot be told, the owner counts as alive. */
function isDead(owner: Owner, me: Owner): boolean {
  if (owner.host !== me.host) return false;
  if (owner.boot !== me.boot) return owner.boot !== undefined && me.boot !== undefined;
  if (owner.pidSpace !== me.pidSpace) return false;
  const { started } = birthOf(owner.pid); // of another user's process Linux may not say it
  return !isRunning(owner.pid) || (started !== undefined && started !== owner.started);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing, only asks
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** What Linux says of a process; nothing elsewhere. */
function birthOf(pid: number | "self"): Pick<Owner, "started" | "boot" | "pidSpace"> {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
    return {
      started: state === "Z" || state === "X" ? "ended" : rest[18], // field 22 of proc(5); a zombie waits for its parent
      boot: readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim(),
      pidSpace: readlinkSync("/proc/self/ns/pid"),
    };
  } catch {
    return {};
  }
}

function heldBy({ path, owner }: Link): Error {
  const since = statSync(path, { throwIfNoEntry: false })?.mtime.toISOString() ?? "just now";
  return new Error(
    `run: a folder must have one run at a time, got one that is still going: process ${owner.pid} on ${owner.host} since ${since}, as ${path} says`,
  );
}

function unwritable(path: string, cause: unknown): Error {
  return new Error(`run: ${path} must be writable, got ${(cause as NodeJS.ErrnoException).code}`, { cause });
}
