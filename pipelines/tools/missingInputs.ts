import { statSync } from "node:fs";
import { dirname } from "node:path";
import { listFiles } from "../../sources/documents/listFiles.js";
import type { ConfigProblem } from "../config/configError.js";
import { inputsOf } from "../config/stepInputs.js";
import { inputOption } from "../config/trainConfig.js";
import { nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";

/**
 * What a run would read, as the options of all steps name it, and what is not there now: text, dictionaries, tables, vectors. Looks for
 * files and opens none.
 */
export async function missingInputs({ root, file, locate }: Pipeline): Promise<ConfigProblem[]> {
  const faults = await Promise.all(nodesOf(root).map((node) => faultsOf(node, dirname(file))));
  return faults.flat().map(locate);
}

async function faultsOf(node: PipelineNode, configFolder: string): Promise<ConfigProblem[]> {
  const { unit, id } = node;
  const place = id.split("/");
  try {
    const inputs = inputsOf(node, configFolder);
    const faults = inputs.map(async ({ option, path }) => {
      const isText = unit.kind === "source" && option === inputOption(unit);
      const message = isText ? await faultOfText(path, unit.name) : faultOfFile(path, `${unit.name}: ${option}`);
      return message === undefined ? [] : [{ path: [...place, option], message }];
    });
    return (await Promise.all(faults)).flat();
  } catch (error) {
    return [{ path: place, message: `${unit.name}: ${(error as Error).message}` }]; // a run that holds nothing of the kind
  }
}

/** A file, a folder or a glob. */
function faultOfText(path: string, who: string): Promise<string | undefined> {
  return listFiles([path], who).then(
    () => undefined,
    ({ message }: Error) => message,
  );
}

function faultOfFile(path: string, who: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return undefined;
  return `${who}: ${path} must be a file, got ${stats ? "something else" : "nothing there"}`;
}
