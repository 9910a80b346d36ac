import type { TextStarts } from "./textStarts.js";
import { TokenKernel, type TokenKernelParts } from "./tokenKernel.js";
import type { TokenScanner } from "./tokenScanner.js";

export interface FastTokenScannerParts extends TokenKernelParts {
  /** Scans what the kernel leaves to it, and short texts. */
  readonly scanner: TokenScanner;
  /** Bytes from which the kernel pays. */
  readonly fastFrom?: number;
}

/** To set the kernel up takes as long as it saves on so much text, the compiling of the scanner's own code by the engine included. */
const FAST_FROM = 2 ** 17;

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

  /** Takes in a batch of text, which goes on where the last one ended. */
  scan(bytes: Uint8Array, starts: TextStarts): void {
    const { scanner, fastFrom = FAST_FROM } = this.#parts;
    this.#bytes += bytes.length;
    if (this.#bytes > fastFrom) this.#kernel ??= new TokenKernel(this.#parts);
    this.#kernel?.forgetBytes();
    for (let at = 0; at < bytes.length || starts.next === at; ) {
      if (starts.next === at) {
        scanner.endToken();
        starts.passOne();
      }
      at = this.#scanFast(bytes, at, starts) ?? this.#scanPlain(bytes, at, Math.min(starts.next, bytes.length));
    }
  }

  /** No text comes any more: the kernel's memory can go. */
  close(): void {
    this.#kernel?.close();
    this.#kernel = undefined;
  }

  /** As far as the kernel can go, if it can. */
  #scanFast(bytes: Uint8Array, from: number, starts: TextStarts): number | undefined {
    const kernel = this.#kernel;
    if (!kernel || this.#parts.scanner.isInToken) return undefined;
    const end = kernel.endBetween(bytes, from, starts);
    if (end === from) return undefined;
    kernel.scan(bytes, from, end, starts);
    return end;
  }

  /** To behind the next character of ASCII that belongs to no token, if there is a kernel to go on there. */
  #scanPlain(bytes: Uint8Array, from: number, to: number): number {
    const end = this.#kernel ? this.#kernel.nextEnd(bytes, from, to) : to;
    this.#parts.scanner.scan(bytes, from, end, undefined);
    return end;
  }
}
