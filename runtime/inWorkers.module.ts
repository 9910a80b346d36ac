/** The function that a module of threads exports by default. */
export async function loadWork(module: string): Promise<(value: unknown, data: unknown) => unknown> {
  const { default: work } = (await import(module)) as { default?: unknown };
  if (typeof work !== "function")
    throw new TypeError(`inWorkers: ${module} must export a function by default, got ${typeof work}`);
  return work as (value: unknown, data: unknown) => unknown;
}
