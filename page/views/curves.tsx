import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { choice } from "../address.js";
import { ask, moment } from "../api.js";
import { Controls, Many } from "../parts/controls.js";
import { type Curve, CurveChart } from "../parts/curveChart.js";
import { Note } from "../parts/note.js";
import { Picture, Table } from "../parts/picture.js";
import { strings } from "../strings/strings.js";
import { useAnswer } from "../useAnswer.js";

interface Point {
  readonly work: number;
  readonly unit: string;
  readonly stage: string;
  readonly losses: Readonly<Record<string, number>>;
  readonly heldOut?: Readonly<Record<string, number>>;
}

/** Seconds between two looks at the history of a run under way. */
const LOOK_EVERY = 3;

/** The losses of runs by their work, point by point as they were kept. */
export function View(): JSX.Element {
  const { curves, fields, app } = strings.value;
  const { answer } = useAnswer<{ runs: { run: string }[] }>("runs");
  const all = (answer?.runs ?? []).map(({ run }) => run);
  const written = choice("runs").split(",");
  const chosen = all.some((run) => written.includes(run)) ? all.filter((run) => written.includes(run)) : all;
  const histories = useHistories(chosen);
  const models = useMemo(() => curvesByModel(histories ?? new Map()), [histories]);
  if (!answer || !histories) return <Note>{app.waiting}</Note>;
  if (![...histories.values()].some((points) => points.length > 0)) return <Note>{curves.none}</Note>;
  return (
    <>
      <Controls>
        <Many label={fields.runs} name="runs" all={all} />
      </Controls>
      {models.size === 0 && <Note>{curves.noLoss}</Note>}
      {[...models].map(([model, { unit, lines }]) => (
        <Losses key={model} model={model} unit={unit} lines={lines} />
      ))}
      {models.size > 0 && <Last models={models} />}
    </>
  );
}

type Histories = ReadonlyMap<string, readonly Point[]>;

/** Only a run under way is asked for again, and nothing is drawn anew where no point has come. */
function useHistories(runs: readonly string[]): Histories | undefined {
  const [histories, setHistories] = useState<Histories | undefined>();
  const look = useComputed(() => Math.floor((moment.value?.secondsRunning ?? 0) / LOOK_EVERY)).value;
  useEffect(() => {
    const stop = new AbortController();
    const asked = runs.map(async (run) => {
      const known = histories?.get(run);
      if (known && moment.peek()?.run !== run) return [run, known] as const;
      const { points } = await ask<{ points: Point[] }>("history", { run }, stop.signal);
      const isAsBefore = known?.length === points.length && known.at(-1)?.work === points.at(-1)?.work;
      return [run, isAsBefore ? known : points] as const;
    });
    Promise.all(asked).then(
      (all) => {
        const isAsBefore =
          histories?.size === all.length && all.every(([run, points]) => histories.get(run) === points);
        if (!isAsBefore) setHistories(new Map(all));
      },
      () => {}, // asked again with the next look
    );
    return () => stop.abort();
  }, [runs.join(), look]);
  return histories;
}

interface ModelCurves {
  readonly unit: string;
  readonly lines: Curve[];
}

/** A line for each run that a model learned in, and for what was held out of it. */
export function curvesByModel(histories: Histories): ReadonlyMap<string, ModelCurves> {
  const { curves } = strings.value;
  const models = new Map<string, ModelCurves>();
  for (const [run, points] of histories) {
    for (const model of new Set(points.flatMap(({ losses }) => Object.keys(losses)))) {
      const own = points.filter(({ losses }) => model in losses);
      const held = own.filter(({ heldOut = {} }) => model in heldOut);
      const { unit, lines } = models.get(model) ?? { unit: own[0]!.unit, lines: [] };
      lines.push({ name: run, points: own.map(({ work, losses }) => [work, losses[model]!] as const) });
      if (held.length > 0)
        lines.push({
          name: curves.heldOut(run),
          points: held.map(({ work, heldOut }) => [work, heldOut![model]!] as const),
        });
      models.set(model, { unit, lines });
    }
  }
  return models;
}

interface LossesProps extends ModelCurves {
  readonly model: string;
}

function Losses({ model, unit, lines }: LossesProps): JSX.Element {
  const { curves, columns } = strings.value;
  const described = lines.map(({ name, points }) =>
    curves.describe(name, points[0]![1].toFixed(4), points.at(-1)![1].toFixed(4)),
  );
  const title = curves.title(model);
  const table = () => ({
    caption: title,
    head: [columns.run, curves.axis(unit), columns.loss],
    rows: lines.flatMap(({ name, points }) => points.map(([work, loss]) => [name, work, loss])),
  });
  return (
    <Picture title={title} table={table}>
      <CurveChart lines={lines} axis={curves.axis(unit)} label={`${title}. ${described.join(" ")}`} />
      <p class="caption">{curves.zoom}</p>
    </Picture>
  );
}

function Last({ models }: { readonly models: ReadonlyMap<string, ModelCurves> }): JSX.Element {
  const { curves, columns } = strings.value;
  const rows = [...models].flatMap(([model, { lines }]) =>
    lines.map(({ name, points }) => [model, name, ...points.at(-1)!]),
  );
  return <Table caption={curves.last} head={[columns.model, columns.run, columns.work, columns.loss]} rows={rows} />;
}
