import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import type { LanguageModel } from "../../schemas/index.js";
import { builtIn } from "../config/registry.js";
import { manifestOf, outputsIn, runOf } from "../record/fileOfRun.js";
import { loadLanguageModel } from "./languageModelTexts.js";
import { stepsFrom } from "./namedSteps.js";
import { layerTargets, staticTargets, stepsForTexts, type TargetChoice, type TargetVectors } from "./targetVectors.js";
import { loadVectors } from "./vectorFiles.js";
import type { PlaceInContext } from "./wordInContextFile.js";

export interface TargetOptions extends TargetChoice {
  /** Of static vectors: whose steps cut the sentences, a config or a run; if left out, they are cut into lower-case words. */
  readonly steps?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Opens a language model, or static vectors, to be asked for words where they stand.
 * @param asked the path of either, or a language model
 * @param samples some of the sentences, to see in which language they are
 * @throws TypeError, RangeError if the network tells no layers, or has no such one
 */
export async function openTargets(
  who: string,
  asked: string | LanguageModel,
  { steps, signal, ...choice }: TargetOptions,
  samples: readonly PlaceInContext[],
): Promise<TargetVectors> {
  const model = typeof asked === "string" && isLanguageModel(asked) ? await loadLanguageModel(asked) : asked;
  const made =
    typeof model === "string"
      ? staticTargets(
          await loadVectors(model),
          steps
            ? await stepsFrom(steps)
            : await stepsForTexts(
                who,
                samples.map(({ sentence }) => sentence),
                builtIn,
              ),
        )
      : await layerTargets(who, model, choice, builtIn);
  return { ways: made.ways, read: (places) => made.read(places, signal) };
}

function isLanguageModel(path: string): boolean {
  const { name, folderFile = "" } = builtIn.kinds.get("languageModel")!;
  if (extname(path) === extname(folderFile) || existsSync(join(path, folderFile))) return true;
  const run = runOf(path);
  if (!run) return false;
  const { folder, part } = run;
  const asked = outputsIn(manifestOf(folder)).filter(
    (output) => part === undefined || part === output.branch || part === output.path,
  );
  return asked.some(({ holds }) => holds === name);
}
