import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { choice, choose, goTo, linkTo } from "../address.js";
import { type Model, Refusal } from "../api.js";
import { type Colouring, MapCanvas } from "../map/mapCanvas.js";
import { loadPoints, type TermPoints } from "../map/termPoints.js";
import { Controls, Select } from "../parts/controls.js";
import { Note, Refused } from "../parts/note.js";
import { Picture, type TableData } from "../parts/picture.js";
import { Term, TermLink } from "../parts/term.js";
import { modelsFor } from "../stamps.js";
import { strings } from "../strings/strings.js";
import type { ViewProps } from "./viewProps.js";

const TOPS = [1_000, 5_000, 20_000, 100_000, 200_000, 1_000_000];
const TOP = "20000";
const ASK_AGAIN_MS = 1000;
const MOST_LISTED = 200;

/** The terms of a model in a plane. */
export function View({ about }: ViewProps): JSX.Element {
  const { map, fields, number } = strings.value;
  const able = modelsFor("map");
  const [first] = able;
  if (!first) return <Note>{map.none}</Note>;
  const model = able.find((each) => each.model === choice("model")) ?? first;
  const terms = model.summary.terms ?? 0;
  const tops = TOPS.filter((_, k) => k === 0 || TOPS[k - 1]! < terms).map((top) => [String(top), number(top)] as const);
  const colourings = [
    ["cluster", map.byCluster],
    ["frequency", map.byFrequency],
  ] as const;
  return (
    <>
      <Controls>
        {able.length > 1 && (
          <Select
            label={fields.model}
            name="model"
            options={able.map((each) => [each.model, each.model])}
            otherwise={first.model}
          />
        )}
        <Select label={map.top} name="top" options={tops} otherwise={TOP} />
        <Select label={map.colour} name="colour" options={colourings} otherwise="cluster" />
      </Controls>
      <Laid key={`${model.model} ${choice("top", TOP)}`} model={model} about={about} />
    </>
  );
}

interface LaidProps {
  readonly model: Model;
  readonly about: string;
}

function Laid({ model, about }: LaidProps): JSX.Element {
  const { map } = strings.value;
  const top = Number(choice("top", TOP));
  const { points, refusal } = usePoints(model, top);
  if (refusal) return <Refused refusal={refusal} />;
  if (!points) return <Note>{map.laying(Math.min(top, model.summary.terms ?? top))}</Note>;
  return <Drawn points={points} model={model.model} about={about} />;
}

interface Points {
  readonly points?: TermPoints;
  readonly refusal?: Refusal;
}

/** The newest layout; asked for again until it is there, and after each snapshot until there is a newer one. */
function usePoints(model: Model, top: number): Points {
  const [got, setGot] = useState<Points>({});
  const last = useRef<number>(0);
  useEffect(() => {
    const stop = new AbortController();
    const look = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const points = await loadPoints(model.model, top, stop.signal);
        if (points && points.version !== last.current) {
          last.current = points.version;
          return setGot({ points });
        }
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    };
    look().catch((error: unknown) => {
      if (!stop.signal.aborted)
        setGot({ refusal: error instanceof Refusal ? error : new Refusal(0, String(error), []) });
    });
    return () => stop.abort();
  }, [model.summary.sequence]);
  return got;
}

interface DrawnProps {
  readonly points: TermPoints;
  readonly model: string;
  readonly about: string;
}

function Drawn({ points, model, about }: DrawnProps): JSX.Element {
  const { map, percent, views } = strings.value;
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const marked = about === "" ? undefined : points.terms.indexOf(about);
  const described = map.described(points.terms.length, points.of, model);
  return (
    <>
      {marked === -1 && (
        <Note>
          <Term text={map.noTerm(about)} />
        </Note>
      )}
      <Picture title={views.map} table={tableOf(points, chosen, described)}>
        <MapFigure points={points} marked={marked} label={described} onChosen={setChosen} />
        <p class="caption">
          {described} {map.kept(percent(points.neighborsKept))}
        </p>
        <p class="caption">{map.keys}</p>
      </Picture>
      <Chosen terms={chosen.map((row) => points.terms[row]!)} />
    </>
  );
}

function tableOf({ terms, points, groups }: TermPoints, chosen: readonly number[], caption: string): TableData {
  const { columns } = strings.value;
  const rows = chosen.length > 0 ? chosen : terms.map((_, row) => row);
  return {
    caption,
    head: [columns.rank, columns.term, columns.group, "x", "y"],
    rows: rows
      .slice(0, MOST_LISTED)
      .map((row) => [
        row + 1,
        <TermLink key={row} text={terms[row]!} />,
        groups[row]! + 1,
        ...[points[2 * row]!, points[2 * row + 1]!].map((value) => (value / 65_535).toFixed(3)),
      ]),
  };
}

interface FigureProps {
  readonly points: TermPoints;
  /** A row to point out, or -1 of a term that is not drawn. */
  readonly marked: number | undefined;
  readonly label: string;
  readonly onChosen: (rows: readonly number[]) => void;
}

function MapFigure({ points, marked, label, onChosen }: FigureProps): JSX.Element {
  const { map } = strings.value;
  const place = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<MapCanvas | undefined>(undefined);
  const latest = useRef(points);
  latest.current = points;
  const [isChoosing, setChoosing] = useState(false);
  useEffect(() => {
    const canvas = new MapCanvas(place.current!, {
      moved: choose,
      chosen: onChosen,
      opened: (row) => goTo(linkTo("word", latest.current.terms[row]!)),
    });
    drawn.current = canvas;
    return () => canvas.close();
  }, []);
  const colouring = choice("colour", "cluster") as Colouring;
  useEffect(() => drawn.current!.show(points, colouring), [points, colouring]);
  useEffect(() => {
    const [x, y, z] = ["x", "y", "z"].map((name) => Number(choice(name, "NaN"))) as [number, number, number];
    if (x + y + z > 0) drawn.current!.goTo(x, y, z);
  }, []);
  useEffect(() => {
    if (marked !== undefined && marked >= 0) drawn.current!.mark(marked);
  }, [marked]);
  const toggle = () => {
    drawn.current!.isChoosing = !isChoosing;
    setChoosing(!isChoosing);
  };
  return (
    <div class="map">
      <canvas ref={place} tabIndex={0} role="img" aria-label={label} />
      <div class="tools">
        <button type="button" aria-label={map.zoomIn} title={map.zoomIn} onClick={() => drawn.current!.zoom(1.5)}>
          +
        </button>
        <button type="button" aria-label={map.zoomOut} title={map.zoomOut} onClick={() => drawn.current!.zoom(1 / 1.5)}>
          −
        </button>
        <button type="button" onClick={() => drawn.current!.showAll()}>
          {map.all}
        </button>
        <button type="button" aria-pressed={isChoosing} onClick={toggle}>
          {map.lasso}
        </button>
      </div>
    </div>
  );
}

function Chosen({ terms }: { readonly terms: readonly string[] }): JSX.Element {
  const { map } = strings.value;
  if (terms.length === 0) return <p class="caption">{map.chosenNone}</p>;
  return (
    <section aria-label={map.chosen(terms.length)}>
      <div class="heading">
        <h2>{map.chosen(terms.length)}</h2>
        <button type="button" onClick={() => save(terms)}>
          {map.save}
        </button>
      </div>
      <p class="links">
        {terms.slice(0, MOST_LISTED).map((term) => (
          <TermLink key={term} text={term} />
        ))}
      </p>
    </section>
  );
}

/** A text file with a term a line. */
function save(terms: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([`${terms.join("\n")}\n`], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "terms.txt";
  link.click();
  URL.revokeObjectURL(url);
}
