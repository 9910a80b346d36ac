import { type Camera, fitted, readCamera, writtenCamera, zoomed } from "./camera.js";
import type { PointColours } from "./colours.js";
import { listenToGestures } from "./gestures.js";
import { MapPainter } from "./mapPainter.js";
import { type Corner, PointIndex } from "./pointIndex.js";
import type { TermPoints } from "./termPoints.js";

const GRID = 65_535;
const REACH = 10;
/** Milliseconds without a move after which all is drawn. */
const STILL_AFTER = 120;

export interface MapEvents {
  /** The camera stands still, as it is written in an address. */
  readonly moved: (camera: Readonly<Record<"x" | "y" | "z", string>>) => void;
  readonly chosen: (rows: readonly number[]) => void;
  readonly opened: (row: number) => void;
}

/** A map of terms on a canvas. Terms are drawn as text alone, with control marks spelled out. */
export class MapCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #painter: MapPainter;
  readonly #events: MapEvents;
  readonly #watcher: ResizeObserver;
  #data: TermPoints | undefined;
  #index = new PointIndex(new Uint16Array(0));
  #colours: PointColours = new Uint32Array(0);
  #reach = { across: 1, down: 1 };
  #camera: Camera = { scale: 1, x: 0, y: 0 };
  #marked: number | undefined;
  #pointed: number | undefined;
  #chosen: readonly number[] = [];
  #line: readonly Corner[] = [];
  #isWaiting = false;
  #isMoving = false;
  #still: ReturnType<typeof setTimeout> | undefined;
  /** A pointer draws around terms instead of moving the map. */
  isChoosing = false;

  constructor(canvas: HTMLCanvasElement, events: MapEvents) {
    this.#canvas = canvas;
    this.#painter = new MapPainter(canvas);
    this.#events = events;
    this.#watcher = new ResizeObserver(() => this.draw());
    this.#watcher.observe(canvas);
    this.#listen();
  }

  close(): void {
    this.#watcher.disconnect();
    clearTimeout(this.#still);
  }

  show(data: TermPoints, colours: PointColours): void {
    const isFirst = this.#data === undefined;
    if (this.#data !== data) this.#take(data);
    this.#colours = colours;
    if (isFirst) this.#camera = this.#whole();
    this.draw();
  }

  /** Goes to where an address says. */
  goTo(x: number, y: number, z: number): void {
    this.#camera = readCamera(x, y, z, this.#size(), this.#whole().scale);
    this.draw();
  }

  showAll(): void {
    this.#move(this.#whole());
  }

  zoom(factor: number): void {
    const { width, height } = this.#size();
    this.#zoomAt(width / 2, height / 2, factor);
  }

  /** Points a term out, in the middle. */
  mark(row: number): void {
    this.#marked = row;
    const [x, y] = this.#placeOf(row);
    const least = Math.min(12, Math.sqrt(this.#data!.groups.length / 300));
    this.goTo(x, y, Math.max(this.#camera.scale / this.#whole().scale, least));
    this.#settle();
  }

  choose(rows: readonly number[]): void {
    this.#chosen = rows;
    this.#events.chosen(rows);
    this.draw();
  }

  /** The terms in view, the most frequent first. */
  inView(): number[] {
    const { width, height } = this.#size();
    const [from, to] = [this.#onGrid({ x: 0, y: 0 }), this.#onGrid({ x: width, y: height })];
    return this.#index.inside(from.x, from.y, to.x, to.y);
  }

  draw(): void {
    if (!this.#isWaiting) requestAnimationFrame(() => this.#paint());
    this.#isWaiting = true;
  }

  #take(data: TermPoints): void {
    this.#data = data;
    this.#index = new PointIndex(data.points);
    this.#painter.forget();
    this.#pointed = undefined;
    let [across, down] = [1e-3, 1e-3];
    data.points.forEach((value, at) => {
      if (at % 2 === 0) across = Math.max(across, value / GRID);
      else down = Math.max(down, value / GRID);
    });
    this.#reach = { across, down };
  }

  #whole(): Camera {
    return fitted(this.#size(), this.#reach.across, this.#reach.down);
  }

  #size() {
    return { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight };
  }

  #placeOf(row: number): [x: number, y: number] {
    const { points } = this.#data!;
    return [points[2 * row]! / GRID, points[2 * row + 1]! / GRID];
  }

  #onScreen(row: number): Corner {
    const [x, y] = this.#placeOf(row);
    return { x: x * this.#camera.scale + this.#camera.x, y: y * this.#camera.scale + this.#camera.y };
  }

  #onGrid({ x, y }: Corner): Corner {
    const { scale, x: left, y: top } = this.#camera;
    return { x: ((x - left) / scale) * GRID, y: ((y - top) / scale) * GRID };
  }

  #move(camera: Camera): void {
    this.#camera = camera;
    this.#isMoving = true;
    this.draw();
    this.#settle();
  }

  /** Draws all, and tells where, once nothing moves any more. */
  #settle(): void {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => {
      this.#isMoving = false;
      this.#events.moved(writtenCamera(this.#camera, this.#size(), this.#whole().scale));
      this.draw();
    }, STILL_AFTER);
  }

  #zoomAt(x: number, y: number, factor: number): void {
    this.#move(zoomed(this.#camera, x, y, factor, this.#whole().scale));
  }

  #paint(): void {
    this.#isWaiting = false;
    const [data, size] = [this.#data, this.#size()];
    if (!data || size.width === 0 || size.height === 0) return;
    this.#painter.paint({
      ...{ data, size, colours: this.#colours, camera: this.#camera, zoom: this.#camera.scale / this.#whole().scale },
      ...{ isMoving: this.#isMoving, chosen: this.#chosen, pointedOut: this.#pointedOut, line: this.#line },
      onScreen: (row) => this.#onScreen(row),
    });
  }

  get #pointedOut(): number[] {
    return [...new Set([this.#pointed, this.#marked].filter((row) => row !== undefined))];
  }

  #listen(): void {
    listenToGestures(this.#canvas, {
      shifted: (dx, dy) => this.#move({ ...this.#camera, x: this.#camera.x + dx, y: this.#camera.y + dy }),
      zoomed: (x, y, factor) => this.#zoomAt(x, y, factor),
      pointed: (at) => this.#point(at && this.#rowAt(at)),
      clicked: (at) => {
        const row = this.#rowAt(at);
        if (row !== undefined) this.#events.opened(row);
      },
      keys: {
        "0": () => this.showAll(),
        Enter: () => this.choose(this.inView()),
        Escape: () => this.choose([]),
      },
      line: {
        isWanted: ({ shiftKey }) => shiftKey || this.isChoosing,
        drawn: (line) => this.#drawLine(line),
        closed: (line) => {
          if (line.length > 2) this.choose(this.#index.within(line.map((corner) => this.#onGrid(corner))));
          this.#drawLine([]);
        },
      },
    });
  }

  #drawLine(line: readonly Corner[]): void {
    this.#line = line;
    this.draw();
  }

  #rowAt(at: Corner): number | undefined {
    const { x, y } = this.#onGrid(at);
    return this.#data && this.#index.nearest(x, y, (REACH / this.#camera.scale) * GRID);
  }

  #point(row: number | undefined): void {
    if (row === this.#pointed) return;
    this.#pointed = row;
    this.#canvas.classList.toggle("pointing", row !== undefined);
    this.draw();
  }
}
