import { writeFiles } from "../../storage/files/durableFile.js";
import { formatOf } from "../../storage/files/formatOf.js";
import { outputPlace } from "../../storage/files/outputPlace.js";
import { type LossPanel, lossPage, lossSvg } from "../../storage/pictures/lossChart.js";
import { readManifest } from "../record/readManifest.js";
import { namesOf } from "./evaluationSets.js";

export { fromTo, type LossPanel, lossScale } from "../../storage/pictures/lossChart.js";

/**
 * The losses of finished runs by epoch, a panel for each model, in which the runs that have it are compared.
 * @throws Error if a folder is no finished run, or has learned nothing
 */
export async function lossPanels(folders: readonly string[]): Promise<LossPanel[]> {
  const panels = new Map<string, LossPanel["curves"][number][]>();
  for (const [run, folder] of namesOf(folders)) {
    const { losses } = await readManifest(folder, "plot");
    const learned = Object.entries(losses ?? {}).filter(([, epochs]) => epochs.length > 0);
    if (learned.length === 0)
      throw new Error(`plot: ${folder} must be a run that learned a model, got one without losses`);
    for (const [model, epochs] of learned) {
      const heldOut = epochs.flatMap(({ heldOutLoss }) => heldOutLoss ?? []);
      panels.set(model, [
        ...(panels.get(model) ?? []),
        { run, losses: epochs.map(({ meanLoss }) => meanLoss) },
        ...(heldOut.length > 0 ? [{ run: `${run}, held out`, losses: heldOut }] : []),
      ]);
    }
  }
  return [...panels].map(([model, curves]) => ({ model, curves }));
}

/** Writes them as a drawing or a page, as the path's ending says. */
export async function drawLosses(panels: readonly LossPanel[], path: string): Promise<void> {
  const draw = formatOf("plot", path, { svg: lossSvg, html: lossPage });
  await writeFiles([outputPlace("plot", path)], async (file) => file!.write(new TextEncoder().encode(draw(panels))));
}
