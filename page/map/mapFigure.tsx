import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { choice, choose, goTo, linkTo } from "../address.js";
import { strings } from "../strings/strings.js";
import { coloursByGroup, coloursByRank, coloursByTopic, type PointColours } from "./colours.js";
import { MapCanvas } from "./mapCanvas.js";
import type { TermPoints } from "./termPoints.js";
import type { TermTopics } from "./termTopics.js";

interface FigureProps {
  readonly points: TermPoints;
  readonly topics: TermTopics | undefined;
  /** A row to point out, or -1 of a term that is not drawn. */
  readonly marked: number | undefined;
  readonly label: string;
  readonly onChosen: (rows: readonly number[]) => void;
}

/** The canvas with its buttons. */
export function MapFigure({ points, topics, marked, label, onChosen }: FigureProps): JSX.Element {
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
  const colouring = choice("colour", "cluster");
  const colours = useMemo(() => coloursOf(points, colouring, topics), [points, colouring, topics]);
  useEffect(() => drawn.current!.show(points, colours), [points, colours]);
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

function coloursOf({ terms, groups }: TermPoints, colouring: string, topics: TermTopics | undefined): PointColours {
  if (topics)
    return coloursByTopic(
      terms.map((term) => topics.topicOf.get(term)),
      topics.topics.length,
    );
  return colouring === "frequency" ? coloursByRank(groups.length) : coloursByGroup(groups);
}
