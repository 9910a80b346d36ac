import type { StageState } from "../../schemas/state.js";
import { TokenKernel, type TokenKernelParts } from "./tokenKernel.js";
import type { TokenScanner } from "./tokenScanner.js";

export interface FastTokenScannerParts extends TokenKernelParts {
  /** Scans what the kernel leaves to it, and short texts. */
  readonly scanner: TokenScanner;
  /** Bytes from which the kernel pays. */
  readonly fastFrom?: number;
}

/** To set the kernel up takes as long as it saves on a megabyte. */
const FAST_FROM = 2 ** 21;

/**
 * Finds the tokens that a TokenScanner finds, without positions, most of them in WebAssembly: the kernel is given text that begins and ends
 * between tokens, and what lies around it is left to the scanner.
 *
 * State: that of the kernel; the token in progress is the scanner's.
 */
export class FastTokenScanner {
  readonly #parts: FastTokenScannerParts;
  #kernel: TokenKernel | undefined;
  /** Bytes of text so far. */
  #bytes = 0;

  constructor(parts: FastTokenScannerParts) {
    this.#parts = parts;
  }

  /** Tokens found so far. */
  get read(): number {
    return this.#parts.scanner.read + (this.#kernel?.read ?? 0);
  }

  /** Those among them that were too long. */
  get rejected(): number {
    return this.#parts.scanner.rejected + (this.#kernel?.rejected ?? 0);
  }

  /** As `TokenScanner.scan`; the bytes stay what they are until `forgetBytes`. */
  scan(bytes: Uint8Array, from: number, to: number): void {
    const { scanner, fastFrom = FAST_FROM } = this.#parts;
    this.#bytes += to - from;
    if (this.#bytes > fastFrom) this.#kernel ??= new TokenKernel(this.#parts);
    const kernel = this.#kernel;
    let at = from;
    while (at < to) {
      const end = kernel && !scanner.isInToken ? kernel.endBetween(bytes, at, to) : at;
      if (end > at) kernel!.scan(bytes, at, end);
      at = end > at ? end : this.#scanPlain(bytes, at, to);
    }
  }

  /** What comes next lies in another array, or in the same with another content. */
  forgetBytes(): void {
    this.#kernel?.forgetBytes();
  }

  endToken(): void {
    this.#parts.scanner.endToken();
  }

  /** No text comes any more: the kernel's memory can go. */
  close(): void {
    this.#kernel?.close();
    this.#kernel = undefined;
  }

  save(): StageState {
    return this.#parts.scanner.save();
  }

  restore(state: StageState): void {
    this.#parts.scanner.restore(state);
  }

  /** To behind the next character of ASCII that belongs to no token, if there is a kernel to go on there. */
  #scanPlain(bytes: Uint8Array, from: number, to: number): number {
    const end = this.#kernel ? this.#kernel.nextEnd(bytes, from, to) : to;
    this.#parts.scanner.scan(bytes, from, end, undefined);
    return end;
  }
}
