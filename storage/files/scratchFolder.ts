import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type NewFile = () => string;

/** A folder for what does not fit in memory: made when it is first asked for, removed at the latest when the process ends. */
export class ScratchFolder {
  readonly #parent: string;
  #path: string | undefined;
  #files = 0;
  readonly #removeAtExit = () => this.remove();

  constructor(parent = tmpdir()) {
    this.#parent = parent;
  }

  /** The path of a file that is not there yet. */
  readonly newFile: NewFile = () => {
    this.#path ??= this.#make();
    return join(this.#path, `${this.#files++}.arrow`);
  };

  remove(): void {
    if (this.#path === undefined) return;
    rmSync(this.#path, { recursive: true, force: true });
    process.off("exit", this.#removeAtExit);
    this.#path = undefined;
  }

  #make(): string {
    mkdirSync(this.#parent, { recursive: true });
    process.on("exit", this.#removeAtExit);
    return mkdtempSync(join(this.#parent, "lexstream-"));
  }
}
