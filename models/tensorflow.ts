import util from "node:util";
import type { Engine } from "../kernels/neural/index.js";
import { TensorflowEngine } from "./tensorflow/tensorflowEngine.js";
import type { Tfjs } from "./tensorflow/tfjs.js";

// TensorFlow.js enters here and nowhere else. It is never installed with this package.

const NATIVE = "@tensorflow/tfjs-node";
const CORE = "@tensorflow/tfjs-core";

/** An engine, or the one line that says why there is none and how one is had. */
export type OpenedTensorflow = { readonly engine: Engine } | { readonly why: string };

/**
 * An engine of the TensorFlow.js that is there: that whose backend this process has set, whoever loaded it; else the native one, where
 * @tensorflow/tfjs-node is installed and loads. Backends that are registered and not set do not count: the native package registers a slow
 * one even where it does not load. The engine has multiplied two matrices when it is given out, and is good as long as its backend stays set.
 * @param who asks
 */
export async function openTensorflow(who: string): Promise<OpenedTensorflow> {
  const failures: string[] = [];
  for (const find of [alreadySet, native]) {
    try {
      const tf = await find();
      if (tf !== undefined) return { engine: await tried(tf) };
    } catch (error) {
      failures.push(firstLine(error));
    }
  }
  const got = failures.length > 0 ? failures.join("; ") : "none";
  return {
    why: `${who}: engine tensorflow needs npm install ${NATIVE}, or a backend that you set, see docs/engines.md; got ${got}`,
  };
}

async function alreadySet(): Promise<Tfjs | undefined> {
  const tf = await loaded(CORE);
  return tf?.engine().backendName ? tf : undefined;
}

async function native(): Promise<Tfjs | undefined> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2"; // notices of TensorFlow about the processor
  // Version 4.22.0 calls it, and Node 23 no longer has it: tensorflow/tfjs#8425.
  const has: { isNullOrUndefined?: (value: unknown) => boolean } = util;
  has.isNullOrUndefined ??= (value) => value === undefined || value === null;
  return loaded(NATIVE);
}

/** Nothing where it is not installed. What is installed may still not load: scripts that were not run, systems it was not built for. */
async function loaded(name: string): Promise<Tfjs | undefined> {
  try {
    const module = (await import(name)) as Tfjs & { readonly default?: Tfjs };
    return module.default ?? module;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`)) return undefined;
    throw new Error(`${name}: ${firstLine(error)}`, { cause: error });
  }
}

/** Computes a product by hand: (1 2) (3 4)' = 11. */
async function tried(tf: Tfjs): Promise<Engine> {
  await tf.ready();
  const backend = tf.backend();
  if ("firstUse" in backend) backend.firstUse = false; // no banner
  const version = backend.binding?.TF_Version ?? tf.version_core;
  const engine = new TensorflowEngine(tf, `${tf.engine().backendName} ${version}`);
  const found = await engine.scope(() => {
    const [a, b] = [engine.place(Float32Array.of(1, 2), [1, 2]), engine.place(Float32Array.of(3, 4), [1, 2])];
    return engine.read(engine.product(a, b, { transposeB: true }));
  });
  if (found[0] !== 11) throw new Error(`backend ${engine.arithmetic}: 1 3 + 2 4 must be 11, got ${found[0]}`);
  return engine;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!.trimEnd();
}
