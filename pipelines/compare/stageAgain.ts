import type { Observable, OperatorFunction } from "rxjs";
import { run } from "../../runtime/run.js";
import type { OfTexts } from "../../schemas/index.js";
import { fromTexts } from "../../sources/fromTexts.js";
import { makeUnit } from "../config/makeUnit.js";
import { readValues, withValues } from "../config/stepInputs.js";
import { withInputs } from "../config/withInputs.js";
import { nodesOf, pathTo } from "../graph/nodes.js";
import { manifestOf } from "../record/fileOfRun.js";
import { pipelineOf } from "../record/rerun.js";

/**
 * A stage of a finished run and those before it, made again with the options that they had there, for other texts.
 * @param id of the step that made it, as the manifest names it
 * @throws TypeError if one of them needs what the run has learned
 */
export async function stageAgain(folder: string, id: string): Promise<OfTexts<unknown>> {
  const pipeline = await pipelineOf(folder, manifestOf(folder), { plugins: true }); // the run had them
  const node = nodesOf(pipeline.root).find((each) => each.id === id)!;
  const [, ...stages] = pathTo(node);
  const learned = stages.find(({ needs }) => needs.size > 0);
  if (learned)
    throw new TypeError(`compare: ${learned.unit.name} must need nothing but texts, got what the run learned`);
  const values = await readValues(pipeline, folder);
  return async (texts) => {
    const operators = stages.map(
      (stage) =>
        makeUnit(stage.unit, {}, withValues(stage, withInputs(stage, folder), values), {
          epoch: 0,
        }) as OperatorFunction<unknown, unknown>,
    );
    const made: unknown[] = [];
    const stream = operators.reduce((read, stage) => read.pipe(stage), fromTexts(texts) as Observable<unknown>);
    await run(stream, { onEvent: (batch) => void made.push(batch) });
    return made;
  };
}
