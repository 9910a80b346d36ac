import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { of } from "rxjs";
import { topTerms } from "../../operators/cooccurrence/tableAlgebra.js";
import { run } from "../../runtime/run.js";
import type { FittedModel, StepStats, VectorTable } from "../../schemas/index.js";
import { writeVectors } from "../../sinks/writeVectors.js";
import { pointTo } from "../running/pointTo.js";
import { loadVectors } from "./vectorFiles.js";
import { periodName, type WindowTable } from "./windowTables.js";

export interface WindowVectorsOptions {
  /** Where the vectors lie: one file a window, and `latest.arrow`, a link to the newest. */
  readonly folder: string;
  /** The most frequent terms of the window that get a vector; all by default. */
  readonly maxTerms?: number | undefined;
  /** Makes what is fitted to the table, beginning with the vectors of the window before, if there was one. The same for all windows. */
  readonly model: (initialVectors: VectorTable | undefined) => FittedModel<"cooccurrence", "vectors">;
  readonly onEpoch?: (stats: StepStats) => void;
}

const LATEST = "latest.arrow";

/**
 * Fits a model to the finished table of a window. Terms begin with their vectors of the window before, new ones at random, so that few
 * epochs do, and a term's vectors of two windows can be compared. Returns the path of the vectors.
 *
 * The same windows in the same order give the same bytes; a window that is fitted again begins where it began before.
 * State: what the model needs, and the vectors of the window before.
 * @throws what the model throws, for an empty table among others
 * @example
 *   const window = await new WindowTables({ folder: "news", window: "7d", every: "1d" }).add(Date.now(), today);
 *   const model = (initialVectors?: VectorTable) => glove({ vectorSize: 50, epochs: 5, initialVectors });
 *   const path = await fitWindow(window, { folder: "news/vectors", maxTerms: 20_000, model });
 *   const vectors = await loadVectors(path);
 */
export async function fitWindow(window: WindowTable, options: WindowVectorsOptions): Promise<string> {
  const { folder, maxTerms, onEpoch = () => {} } = options;
  await mkdir(folder, { recursive: true });
  const name = `${periodName(window.periods.at(-1)!)}.arrow`;
  const before = (await readdir(folder)).filter((file) => /^\d.*Z\.arrow$/.test(file) && file < name).sort();
  const newest = before.at(-1);
  const initialVectors = newest === undefined ? undefined : await loadVectors(join(folder, newest));
  const model = options.model(initialVectors);
  const table = maxTerms === undefined ? window.table : await topTerms(window.table, maxTerms);
  try {
    for await (const stats of model.fit(table)) onEpoch(stats);
  } finally {
    if (table !== window.table) table.close?.();
  }
  const path = join(folder, name);
  await run(of(await model.result()).pipe(writeVectors({ path })));
  pointTo(join(folder, LATEST), name);
  return path;
}
