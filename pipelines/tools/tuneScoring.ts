import { dirname, relative, resolve } from "node:path";
import { defer, filter, map, type Observable } from "rxjs";
import { DocumentPicker } from "../../kernels/documents/documentPicker.js";
import { drawUniform, randomStream } from "../../kernels/numbers/random.js";
import { didYouMean, type Measure, type Scorer, type Scoring, type TextBatch } from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";
import { inputOption } from "../config/trainConfig.js";
import { withInputs } from "../config/withInputs.js";
import type { PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { readEvaluationText } from "./evaluationSets.js";

/** What the results of trials are scored on. */
export type ScoredOn =
  /** A share of the source's documents, which nothing is learned from. */
  | { readonly holdout: number }
  /** A file, as one of the scorings of the kind reads it: `labelled`, `similarity`. */
  | { readonly scoring: string; readonly file: string };

export interface OpenScoring {
  readonly measure: string;
  readonly measures: Readonly<Record<string, Measure>>;
  readonly scorer: Scorer<never>;
  /** The text that is left to learn from. */
  readonly learned: () => Observable<TextBatch>;
}

interface Request {
  readonly scoredOn: ScoredOn;
  readonly measure?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Makes ready what results are scored on. Texts of a file are read as the config reads its own.
 * @throws TypeError if what the model makes cannot be scored so, or the source cannot be read again; whatever the scoring throws
 */
export async function openScoring(
  pipeline: Pipeline,
  model: PipelineNode,
  { scoredOn, measure: asked, signal }: Request,
): Promise<OpenScoring> {
  const { root, config } = pipeline;
  if (!root.unit.replayable)
    throw new TypeError(`tune: the source must be one that can be read again, got ${root.unit.name}`);
  const scoring = scoringFor(model, scoredOn);
  const { measures } = scoring;
  const measure = asked ?? Object.keys(measures)[0]!;
  if (!Object.hasOwn(measures, measure))
    throw new TypeError(
      `tune: --measure must be one of ${Object.keys(measures).join(", ")}, got ${measure}${didYouMean(measure, Object.keys(measures))}`,
    );
  const all = () => textsOf(pipeline);
  if ("file" in scoredOn) {
    const { file } = scoredOn;
    const scorer =
      scoring.on === "texts"
        ? await scoring.open(textsOf(pipeline, file), signal)
        : scoring.open(await readEvaluationText(file), file);
    return { measure, measures, scorer, learned: all };
  }
  const isHeld = heldBy(config.seed, scoredOn.holdout);
  const open = (scoring as Extract<Scoring<never>, { on: "texts" }>).open;
  const scorer = await open(picked(all(), isHeld), signal);
  return { measure, measures, scorer, learned: () => picked(all(), (number) => !isHeld(number)) };
}

type OneFileScoring = Exclude<Scoring<never>, { on: "files" | "stage" }>;

function scoringFor({ makes, unit }: PipelineNode, scoredOn: ScoredOn): OneFileScoring {
  const all = Object.entries(makes.scorings ?? {}) as [string, Scoring<never>][];
  const scorings = all.filter((each): each is [string, OneFileScoring] => !["files", "stage"].includes(each[1].on));
  if (scorings.length === 0)
    throw new TypeError(`tune: ${unit.name} must make something that can be scored, got ${makes.name}`);
  const found = scorings.find(([name, { on }]) => ("file" in scoredOn ? name === scoredOn.scoring : on === "texts"));
  if (found) return found[1];
  const ways = scorings.map(([name, { on }]) => `--${name} FILE${on === "texts" ? " or --holdout SHARE" : ""}`);
  const given = "file" in scoredOn ? `--${scoredOn.scoring}` : "texts kept apart";
  throw new TypeError(`tune: ${unit.name} makes ${makes.name}, scored on ${ways.join(" or ")}, got ${given}`);
}

/** Which documents are kept apart, by number. */
function heldBy(seed: number, share: number): (number: number) => boolean {
  const stream = randomStream(seed, "kept apart");
  return (number) => drawUniform(stream, number) < share;
}

function picked(texts: Observable<TextBatch>, isPicked: (number: number) => boolean): Observable<TextBatch> {
  return defer(() => {
    const picker = new DocumentPicker(isPicked);
    return texts.pipe(
      map((batch) => picker.pick(batch)),
      filter((batch) => batch !== undefined),
    );
  });
}

/** The texts of the source, or of another file that it reads in the same way. */
function textsOf({ root, file: config }: Pipeline, file?: string): Observable<TextBatch> {
  const folder = dirname(config);
  const option = inputOption(root.unit)!;
  const options = file === undefined ? root.options : { ...root.options, [option]: [relative(folder, resolve(file))] };
  const placed = withInputs({ ...root, options }, folder);
  return defer(() => makeUnit(root.unit, {}, placed, { epoch: 0 }) as Observable<TextBatch>);
}
