import { dirname } from "node:path";
import { type Observable, type OperatorFunction, takeWhile } from "rxjs";
import { TextSample } from "../../kernels/vocabulary/textSample.js";
import { Ledger } from "../../runtime/ledger.js";
import { run } from "../../runtime/run.js";
import type { TextBatch, TokenBatch } from "../../schemas/index.js";
import { listFiles } from "../../sources/documents/listFiles.js";
import { makeUnit } from "../config/makeUnit.js";
import { inputOption } from "../config/trainConfig.js";
import { withInputs } from "../config/withInputs.js";
import { nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { textStepNodes } from "../graph/textSteps.js";

/** Bytes of text that are read. */
const SAMPLE_BYTES = 1 << 20;

export interface SampledText {
  readonly sample: TextSample;
  /** How many times as long as the sample the whole text is; 1 where all of it was read. */
  readonly scale: number;
  /** Bytes of text in the sample. */
  readonly bytes: number;
}

/**
 * Reads the beginning of what a pipeline would read, and cuts it into tokens as its steps do, up to the first that needs a finished value.
 * Undefined where its source reads no files, or no step makes tokens. State: that of these steps.
 * @throws the errors of the source and the steps
 */
export async function sampleText({ root, file }: Pipeline): Promise<SampledText | undefined> {
  const { unit } = root;
  const option = inputOption(unit);
  const cut = stepsToTokens(root);
  if (option === undefined || cut.length === 0) return undefined;
  const made = (node: PipelineNode) => makeUnit(node.unit, {}, withInputs(node, dirname(file)), { epoch: 0 });
  const files = await listFiles([withInputs(root, dirname(file))[option]].flat() as string[], unit.name);

  const ledger = new Ledger();
  const [sample, offsets] = [new TextSample(), new Map<string, number>()];
  let [bytes, isWhole] = [0, true];
  const begun = (made(root) as Observable<TextBatch>).pipe(
    takeWhile((batch) => {
      bytes += batch.bytes.length;
      offsets.set(batch.position.source, batch.position.offset);
      isWhole = bytes < SAMPLE_BYTES;
      return isWhole;
    }, true),
  );
  const tokens = cut.reduce(
    (stream, node) => stream.pipe(made(node) as OperatorFunction<unknown, unknown>),
    begun as Observable<unknown>,
  ) as Observable<TokenBatch>;
  await run(tokens, { ledger, onEvent: (batch) => sample.add(batch) });

  const consumed = [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
  const unpacked = ledger.get("bytes") / ledger.get("inputBytes");
  const whole = files.reduce((sum, { size }) => sum + size, 0) * unpacked;
  return { sample, scale: isWhole ? 1 : Math.max(1, whole / consumed), bytes };
}

/** The steps that make tokens before the first that reads them to make something else, as far as they need nothing finished. */
function stepsToTokens(root: PipelineNode): PipelineNode[] {
  const reader = nodesOf(root).find(({ unit }) => unit.reads === "tokens" && unit.makes !== "tokens");
  if (!reader) return [];
  const steps = textStepNodes(reader);
  const stop = steps.findIndex(
    ({ unit, options }) => Object.keys(unit.needs ?? {}).length > 0 || holdsValue(unit, options),
  );
  const alone = stop < 0 ? steps : steps.slice(0, stop);
  return alone.at(-1)?.unit.makes === "tokens" ? alone : [];
}

const holdsValue = ({ fields }: PipelineNode["unit"], options: PipelineNode["options"]): boolean =>
  Object.entries(options).some(([name, value]) => fields[name]?.file === "value" && value !== undefined);
