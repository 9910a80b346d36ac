import { createRequire } from "node:module";

/**
 * Loads modules of one's own at once and when they are asked for, so that a start does not wait for what it has no use of. They must not wait
 * for anything while they load.
 * @param url of the module that asks: `import.meta.url`
 * @throws Error from a Node that cannot
 * @example
 *   const load = loaderOf(import.meta.url);
 *   const { word2vec } = load<typeof import("./word2vec.js")>("./word2vec.js");
 */
export function loaderOf(url: string, { features, version }: Program = process): <Module>(path: string) => Module {
  if (!features.require_module)
    throw new Error(`lexstream: Node must be 20.19 or a later 20, or from 22.12 on, got ${version}`);
  return createRequire(url);
}

interface Program {
  readonly features: { readonly require_module?: boolean };
  readonly version: string;
}
