import { readFileSync } from "node:fs";
import type { Layout, LayoutOptions } from "../../kernels/layout/layOutTerms.js";
import { compileKernel } from "../../kernels/numbers/webAssembly.js";

/** What `layOutThread.ts` lays out, in a thread that ends with its answer. */
export interface LayoutTask {
  readonly values: Float32Array;
  readonly vectorSize: number;
  readonly options: Omit<LayoutOptions, "compiled">;
  /** Where the rows in front lay in an earlier layout, to begin there. */
  readonly before?: Float64Array | undefined;
}

export type LaidOut = Pick<Layout, "points" | "groups"> & { readonly neighborsKept: number };

export const layOutScript = new URL("./layOutThread.js", import.meta.url);

export const layoutKernels = () => ({ cosines: kernel("cosines"), fourier: kernel("fourier") });

const kernel = (name: string) =>
  compileKernel(readFileSync(new URL(`../../kernels/assembly/${name}.wasm`, import.meta.url)));
