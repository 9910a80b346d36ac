// TensorFlow.js on its backend in plain JavaScript. Its own declarations want those of browsers.

export function memory(): { readonly numTensors: number };
/** What runs while a function does. */
export function profile(run: () => Promise<[]>): Promise<{ readonly kernels: readonly { readonly name: string }[] }>;
