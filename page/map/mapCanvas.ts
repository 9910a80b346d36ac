import { LabelSpace, labelSize } from "../../kernels/layout/labelSpace.js";
import { printableLine } from "../../kernels/text/printable.js";
import { shortened } from "../parts/term.js";
import { type Camera, fitted, readCamera, writtenCamera, zoomed } from "./camera.js";
import { coloursByGroup, coloursByRank, drawPoints, MOST_MOVING, type PointColours } from "./drawPoints.js";
import { type Corner, PointIndex } from "./pointIndex.js";
import type { TermPoints } from "./termPoints.js";

const GRID = 65_535;
const MOST_LABELS = 400;
/** Terms that are tried for a label in one picture. */
const MOST_TRIED = 6000;
const STEP = 60;
const REACH = 10;
/** Milliseconds without a move after which all is drawn. */
const STILL_AFTER = 120;

export interface MapEvents {
  /** The camera stands still, as it is written in an address. */
  readonly moved: (camera: Readonly<Record<"x" | "y" | "z", string>>) => void;
  readonly chosen: (rows: readonly number[]) => void;
  readonly opened: (row: number) => void;
}

export type Colouring = "cluster" | "frequency";

/** A map of terms on a canvas. Terms are drawn as text alone, with control marks spelled out. */
export class MapCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #events: MapEvents;
  readonly #watcher: ResizeObserver;
  readonly #widths = new Map<number, number>();
  #data: TermPoints | undefined;
  #index = new PointIndex(new Uint16Array(0));
  #colours: PointColours = new Uint32Array(0);
  #reach = { across: 1, down: 1 };
  #camera: Camera = { scale: 1, x: 0, y: 0 };
  #marked: number | undefined;
  #pointed: number | undefined;
  #chosen: readonly number[] = [];
  #line: Corner[] = [];
  #isWaiting = false;
  #isMoving = false;
  #still: ReturnType<typeof setTimeout> | undefined;
  #picture: ImageData | undefined;
  /** A pointer draws around terms instead of moving the map. */
  isChoosing = false;

  constructor(canvas: HTMLCanvasElement, events: MapEvents) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false })!;
    this.#events = events;
    this.#watcher = new ResizeObserver(() => this.#resize());
    this.#watcher.observe(canvas);
    this.#listen();
  }

  close(): void {
    this.#watcher.disconnect();
    clearTimeout(this.#still);
  }

  show(data: TermPoints, colouring: Colouring): void {
    const isFirst = this.#data === undefined;
    this.#data = data;
    this.#index = new PointIndex(data.points);
    this.#colours = colouring === "cluster" ? coloursByGroup(data.groups) : coloursByRank(data.groups.length);
    this.#widths.clear();
    let [across, down] = [1e-3, 1e-3];
    data.points.forEach((value, at) => {
      if (at % 2 === 0) across = Math.max(across, value / GRID);
      else down = Math.max(down, value / GRID);
    });
    this.#reach = { across, down };
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
  mark(row: number | undefined): void {
    this.#marked = row;
    if (row === undefined) {
      this.draw();
      return;
    }
    const [x, y] = this.#placeOf(row);
    const z = Math.max(
      this.#camera.scale / this.#whole().scale,
      Math.min(12, Math.sqrt(this.#data!.groups.length / 300)),
    );
    this.goTo(x, y, z);
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
    const [left, top] = this.#gridAt(0, 0);
    const [right, bottom] = this.#gridAt(width, height);
    return this.#index.inside(left, top, right, bottom);
  }

  draw(): void {
    if (!this.#isWaiting) requestAnimationFrame(() => this.#paint());
    this.#isWaiting = true;
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

  #screenOf(row: number): [x: number, y: number] {
    const [x, y] = this.#placeOf(row);
    return [x * this.#camera.scale + this.#camera.x, y * this.#camera.scale + this.#camera.y];
  }

  #gridAt(x: number, y: number): [x: number, y: number] {
    const { scale, x: left, y: top } = this.#camera;
    return [((x - left) / scale) * GRID, ((y - top) / scale) * GRID];
  }

  #resize(): void {
    if (!this.#data) return;
    this.draw();
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
    const data = this.#data;
    const { width, height } = this.#size();
    if (!data || width === 0 || height === 0) return;
    const ratio = Math.min(2, devicePixelRatio);
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== across || this.#canvas.height !== down)
      [this.#canvas.width, this.#canvas.height] = [across, down];
    const style = getComputedStyle(this.#canvas);
    const [ground, ink] = [style.getPropertyValue("--panel"), style.getPropertyValue("--ink")];
    this.#paintPoints(data, across, down, ratio, ground);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#paintMarks(ink);
    this.#paintLabels(data, width, height, ground, ink);
    this.#paintLine(ink);
  }

  #paintPoints({ points, groups }: TermPoints, width: number, height: number, ratio: number, ground: string): void {
    if (this.#picture?.width !== width || this.#picture.height !== height) this.#picture = new ImageData(width, height);
    const pixels = new Uint32Array(this.#picture.data.buffer);
    pixels.fill(packedColour(this.#context, ground));
    const count = groups.length;
    const zoom = this.#camera.scale / this.#whole().scale;
    const size = Math.min(8, (count > 20_000 ? 1.6 : count > 2000 ? 2.6 : 4) * zoom ** 0.35) * ratio;
    const step = this.#isMoving && count > MOST_MOVING ? Math.ceil(count / MOST_MOVING) : 1;
    const camera = { scale: this.#camera.scale * ratio, x: this.#camera.x * ratio, y: this.#camera.y * ratio };
    drawPoints(pixels, width, height, points, this.#colours, camera, Math.max(1, Math.round(size)), step);
    this.#context.putImageData(this.#picture, 0, 0);
  }

  #paintMarks(ink: string): void {
    const context = this.#context;
    context.strokeStyle = ink;
    context.lineWidth = 2;
    const rows = [this.#marked, this.#pointed, ...this.#chosen.slice(0, 2000)];
    for (const row of rows) {
      if (row === undefined) continue;
      const [x, y] = this.#screenOf(row);
      context.beginPath();
      context.arc(x, y, row === this.#marked || row === this.#pointed ? 7 : 4, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  /** Labels of what is pointed out, then by frequency as far as there is room. */
  #paintLabels({ terms, groups }: TermPoints, width: number, height: number, ground: string, ink: string): void {
    const space = new LabelSpace(width, height);
    const first = [...new Set([this.#pointed, this.#marked].filter((row) => row !== undefined))];
    for (const row of first) this.#paintLabel(space, row, 16, ground, ink, true);
    let [left, tried] = [this.#isMoving ? MOST_LABELS / 4 : MOST_LABELS, MOST_TRIED];
    for (let row = 0; row < terms.length && left > 0 && tried > 0; row++) {
      const [x, y] = this.#screenOf(row);
      if (x < 0 || y < 0 || x > width || y > height || first.includes(row)) continue;
      tried--;
      if (this.#paintLabel(space, row, labelSize(row, groups.length), ground, ink, false)) left--;
    }
  }

  #paintLabel(space: LabelSpace, row: number, size: number, ground: string, ink: string, isFirst: boolean): boolean {
    const context = this.#context;
    const text = `\u2068${shortened(printableLine(this.#data!.terms[row] ?? ""))}\u2069`;
    const font = getComputedStyle(this.#canvas).fontFamily;
    let width = this.#widths.get(row);
    if (width === undefined) {
      context.font = `100px ${font}`;
      width = context.measureText(text).width / 100;
      this.#widths.set(row, width);
    }
    const [x, y] = this.#screenOf(row);
    const [left, top] = [x - (width * size) / 2, y - size - 5];
    if (!space.take(left - 2, top - 1, width * size + 4, size + 3) && !isFirst) return false;
    context.font = `${isFirst ? "bold " : ""}${size}px ${font}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = ground;
    context.strokeText(text, x, top);
    context.fillStyle = ink;
    context.fillText(text, x, top);
    return true;
  }

  #paintLine(ink: string): void {
    if (this.#line.length < 2) return;
    const context = this.#context;
    context.strokeStyle = ink;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.beginPath();
    for (const { x, y } of this.#line) context.lineTo(x, y);
    context.closePath();
    context.stroke();
    context.setLineDash([]);
  }

  #listen(): void {
    const canvas = this.#canvas;
    const pointers = new Map<number, Corner>();
    let travelled = 0;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      const at = placeIn(event);
      pointers.set(event.pointerId, at);
      travelled = 0;
      this.#line = event.shiftKey || this.isChoosing ? [at] : [];
    });
    canvas.addEventListener("pointermove", (event) => {
      const at = placeIn(event);
      const before = pointers.get(event.pointerId);
      if (!before) return this.#point(at);
      travelled += Math.abs(at.x - before.x) + Math.abs(at.y - before.y);
      pointers.set(event.pointerId, at);
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      if (other) return this.#zoomAt(other.x, other.y, apart(at, other) / apart(before, other));
      if (this.#line.length > 0) {
        this.#line.push(at);
        return this.draw();
      }
      const { scale, x, y } = this.#camera;
      this.#move({ scale, x: x + at.x - before.x, y: y + at.y - before.y });
    });
    for (const ending of ["pointerup", "pointercancel"] as const)
      canvas.addEventListener(ending, (event) => {
        pointers.delete(event.pointerId);
        const line = this.#line;
        this.#line = [];
        if (line.length > 2) return this.choose(this.#index.within(line.map((corner) => this.#cornerOnGrid(corner))));
        if (ending === "pointerup" && travelled < 4) this.#open(placeIn(event));
      });
    canvas.addEventListener("pointerleave", () => this.#point(undefined));
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const { x, y } = placeIn(event);
        this.#zoomAt(x, y, 2 ** (-event.deltaY / (event.deltaMode === 0 ? 250 : 8)));
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => {
      if (!this.#press(event.key)) return;
      event.preventDefault();
    });
  }

  #press(key: string): boolean {
    const { scale, x, y } = this.#camera;
    const shift = (dx: number, dy: number) => () => this.#move({ scale, x: x + dx, y: y + dy });
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: shift(STEP, 0),
      ArrowRight: shift(-STEP, 0),
      ArrowUp: shift(0, STEP),
      ArrowDown: shift(0, -STEP),
      "+": () => this.zoom(1.5),
      "=": () => this.zoom(1.5),
      "-": () => this.zoom(1 / 1.5),
      "0": () => this.showAll(),
      Enter: () => this.choose(this.inView()),
      Escape: () => this.choose([]),
    };
    actions[key]?.();
    return key in actions;
  }

  #cornerOnGrid({ x, y }: Corner): Corner {
    const [left, top] = this.#gridAt(x, y);
    return { x: left, y: top };
  }

  #rowAt({ x, y }: Corner): number | undefined {
    return this.#index.nearest(...this.#gridAt(x, y), (REACH / this.#camera.scale) * GRID);
  }

  #point(at: Corner | undefined): void {
    const row = at && this.#data ? this.#rowAt(at) : undefined;
    if (row === this.#pointed) return;
    this.#pointed = row;
    this.#canvas.classList.toggle("pointing", row !== undefined);
    this.draw();
  }

  #open(at: Corner): void {
    const row = this.#data && this.#rowAt(at);
    if (row !== undefined) this.#events.opened(row);
  }
}

const placeIn = ({ offsetX, offsetY }: MouseEvent): Corner => ({ x: offsetX, y: offsetY });
const apart = (a: Corner, b: Corner): number => Math.hypot(a.x - b.x, a.y - b.y) || 1;

/** A colour as it lies in the memory of a picture; the context writes every one as `#15171a`. */
function packedColour(context: CanvasRenderingContext2D, colour: string): number {
  context.fillStyle = colour.trim();
  const hex = String(context.fillStyle);
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}
