import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { strings } from "../strings/strings.js";
import { Sentence } from "./term.js";

export interface SensePoint {
  readonly x: number;
  readonly y: number;
  /** Its group, from 0. */
  readonly sense: number;
  readonly sentence: string;
}

const [WIDTH, HEIGHT, MARGIN] = [720, 340, 18];

/** Places of a word in the plane, coloured by sense; the sentence of the one that is pointed at stands below. */
export function SensePoints({
  points,
  label,
}: {
  readonly points: readonly SensePoint[];
  readonly label: string;
}): JSX.Element {
  const [pointed, setPointed] = useState<SensePoint | undefined>();
  const { context } = strings.value;
  const toX = scaled(
    points.map(({ x }) => x),
    WIDTH,
  );
  const toY = scaled(
    points.map(({ y }) => y),
    HEIGHT,
  );
  return (
    <figure class="places">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {points.map((point, row) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the table says the same to whoever has no pointer
          <circle
            key={row}
            class={`sense-${point.sense} ${pointed === point ? "pointed" : ""}`}
            cx={toX(point.x)}
            cy={toY(point.y)}
            r={points.length > 150 ? 4 : 6}
            onMouseEnter={() => setPointed(point)}
            onClick={() => setPointed(point)}
          />
        ))}
        {middles(points).map(({ x, y, sense }) => (
          <text key={sense} x={toX(x)} y={toY(y)}>
            {sense + 1}
          </text>
        ))}
      </svg>
      <figcaption class="caption">
        {pointed ? (
          <>
            {context.senseNumber(pointed.sense + 1)}: <Sentence text={pointed.sentence} />
          </>
        ) : (
          context.pointAt
        )}
      </figcaption>
    </figure>
  );
}

/** Brings values to the room between two margins. */
function scaled(values: readonly number[], room: number): (value: number) => number {
  const least = Math.min(...values);
  const span = Math.max(...values) - least;
  return (value) => (span === 0 ? room / 2 : MARGIN + ((value - least) / span) * (room - 2 * MARGIN));
}

/** The point of each sense that is nearest to the mean of its points, where its number stands. */
function middles(points: readonly SensePoint[]): SensePoint[] {
  const senses = [...new Set(points.map(({ sense }) => sense))];
  return senses.map((sense) => {
    const own = points.filter((point) => point.sense === sense);
    const mean = (axis: "x" | "y") => own.reduce((sum, point) => sum + point[axis], 0) / own.length;
    const [x, y] = [mean("x"), mean("y")];
    const far = (point: SensePoint) => Math.hypot(point.x - x, point.y - y);
    return own.reduce((best, point) => (far(point) < far(best) ? point : best));
  });
}
