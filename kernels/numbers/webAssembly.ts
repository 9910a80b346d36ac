/** The part of WebAssembly that the kernels need; the types of Node leave it out, and those of the browser bring in a whole DOM. */

export type WasmModule = object;

export interface WasmMemory<Buffer extends ArrayBufferLike = SharedArrayBuffer> {
  readonly buffer: Buffer;
  /** Adds pages of 64 KiB; `buffer` is another object afterwards. */
  grow(pages: number): number;
}

interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { readonly env: { readonly memory: WasmMemory<ArrayBufferLike> } },
  ) => { readonly exports: unknown };
  readonly Memory: {
    new (pages: { initial: number; maximum: number; shared: true }): WasmMemory;
    new (pages: { initial: number; maximum: number }): WasmMemory<ArrayBuffer>;
  };
}

const { Module, Instance, Memory, validate } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
  .WebAssembly;

/** Whether the engine has every feature that a kernel uses. */
export function isValidKernel(bytes: Uint8Array): boolean {
  return validate(bytes);
}

export function compileKernel(bytes: Uint8Array): WasmModule {
  return new Module(bytes);
}

/** The functions of a kernel, working on a memory. `Kernel` must say what its source in `kernels/assembly/` exports. */
export function startKernel<Kernel>(module: WasmModule, memory: WasmMemory<ArrayBufferLike>): Kernel {
  return new Instance(module, { env: { memory } }).exports as Kernel;
}

const PAGE = 65536;

/** Zeros that threads may share, at least `bytes` of them, at most 4 GiB; it may grow up to `most` bytes. */
export function sharedMemory(bytes: number, most = bytes): WasmMemory {
  const [initial, maximum] = [Math.ceil(bytes / PAGE), Math.ceil(most / PAGE)];
  return new Memory({ initial, maximum, shared: true });
}

/** Zeros for a kernel that one thread runs: to copy to and from them costs less than with memory that is shared. */
export function ownMemory(bytes: number): WasmMemory<ArrayBuffer> {
  const pages = Math.ceil(bytes / PAGE);
  return new Memory({ initial: pages, maximum: pages });
}

/** Lets a memory have at least so many bytes. */
export function growTo(memory: WasmMemory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
}
