import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { NONE } from "./numbers.js";
import { shownNumber } from "./picture.js";

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface CurveChartProps {
  readonly lines: readonly Curve[];
  readonly axis: string;
  /** The curves in words, for whoever does not see them. */
  readonly label: string;
}

const HEIGHT = 300;
const COLOURS = ["#2f74c0", "#c2571a", "#3f8f4f", "#8a5cc2", "#b0457f", "#7a7a2a", "#2f8f93", "#8c6a4a"];
const DASHES = [[], [6, 4], [2, 3]];

/** Lines as they are, without smoothing. */
export function CurveChart({ lines, axis, label }: CurveChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const names = lines.map(({ name }) => name).join();
  useEffect(() => {
    const element = place.current!;
    const drawn = new uPlot(optionsOf(element, lines, axis), dataOf(lines), element);
    chart.current = drawn;
    const watcher = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      drawn.destroy();
    };
  }, [names, axis]);
  useEffect(() => {
    const { scales, data } = chart.current!;
    const isZoomed = scales.x!.max !== data[0].at(-1) || scales.x!.min !== data[0][0];
    chart.current!.setData(dataOf(lines), !isZoomed);
  }, [lines]);
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

const dataOf = (lines: readonly Curve[]): uPlot.AlignedData =>
  uPlot.join(lines.map(({ points }): uPlot.AlignedData => [points.map(([x]) => x), points.map(([, y]) => y)]));

/** In the legend; nothing is pointed at before. */
const told = (_: uPlot, value: number | null): string =>
  value === null ? NONE : shownNumber(value, Number.isInteger(value));

function optionsOf(element: HTMLElement, lines: readonly Curve[], axis: string): uPlot.Options {
  const style = getComputedStyle(element);
  const [ink, grid] = [style.getPropertyValue("--faint"), style.getPropertyValue("--line")];
  const ruled = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return {
    ...{ width: element.clientWidth, height: HEIGHT },
    scales: { x: { time: false } },
    axes: [
      { ...ruled, label: axis, labelSize: 22, space: 100 }, // pixels, for numbers of seven digits
      { ...ruled, size: 60 },
    ],
    series: [
      { label: axis, value: told },
      ...lines.map(({ name, points }, k) => ({
        ...{ label: name, value: told, stroke: COLOURS[k % COLOURS.length]!, width: 2, spanGaps: true },
        ...{ dash: DASHES[Math.floor(k / COLOURS.length) % DASHES.length]!, points: { show: points.length < 40 } },
      })),
    ],
  };
}
