import { LabelSpace, labelSize } from "../../kernels/layout/labelSpace.js";
import { printableLine } from "../../kernels/text/printable.js";
import { shortened } from "../parts/term.js";
import type { Camera, Size } from "./camera.js";
import type { PointColours } from "./colours.js";
import { drawPoints, MOST_MOVING } from "./drawPoints.js";
import { type LabelLook, LabelPainter } from "./labels.js";
import { packedColour, paintLine, paintRings } from "./marks.js";
import type { Corner } from "./pointIndex.js";
import type { TermPoints } from "./termPoints.js";

const MOST_LABELS = 400;
/** Terms that are tried for a label in one picture. */
const MOST_TRIED = 6000;
const MOST_RINGS = 2000;

/** What is to be seen. */
export interface MapScene {
  readonly data: TermPoints;
  readonly colours: PointColours;
  readonly size: Size;
  readonly camera: Camera;
  /** 1 where all is in view. */
  readonly zoom: number;
  /** Less is drawn, which takes less time. */
  readonly isMoving: boolean;
  readonly chosen: readonly number[];
  readonly pointedOut: readonly number[];
  /** Around terms that are being chosen. */
  readonly line: readonly Corner[];
  readonly onScreen: (row: number) => Corner;
}

/** Paints a map on a canvas: points, rings and labels. State: the pixels, and the widths of labels. */
export class MapPainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #labels: LabelPainter;
  /** What the labels of terms say, of those that were tried. */
  #texts: string[] = [];
  #picture: ImageData | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false })!;
    this.#labels = new LabelPainter(this.#context);
  }

  /** Other terms are painted from now on. */
  forget(): void {
    this.#labels.forget();
    this.#texts = [];
  }

  paint(scene: MapScene): void {
    const { width, height } = scene.size;
    const ratio = Math.min(2, devicePixelRatio);
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== across || this.#canvas.height !== down)
      [this.#canvas.width, this.#canvas.height] = [across, down];
    const style = getComputedStyle(this.#canvas);
    const look = {
      ground: style.getPropertyValue("--panel"),
      ink: style.getPropertyValue("--ink"),
      fonts: style.fontFamily,
    };
    this.#paintPoints(scene, across, down, ratio, look.ground);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintRings(this.#context, scene.chosen.slice(0, MOST_RINGS).map(scene.onScreen), 4, look.ink);
    paintRings(this.#context, scene.pointedOut.map(scene.onScreen), 7, look.ink);
    this.#paintLabels(scene, look);
    paintLine(this.#context, scene.line, look.ink);
  }

  #paintPoints(scene: MapScene, width: number, height: number, ratio: number, ground: string): void {
    if (this.#picture?.width !== width || this.#picture.height !== height) this.#picture = new ImageData(width, height);
    const pixels = new Uint32Array(this.#picture.data.buffer);
    pixels.fill(packedColour(this.#context, ground));
    const { data, colours, camera, isMoving, zoom } = scene;
    const count = data.groups.length;
    const size = Math.min(8, (count > 20_000 ? 1.6 : count > 2000 ? 2.6 : 4) * zoom ** 0.35) * ratio;
    const step = isMoving && count > MOST_MOVING ? Math.ceil(count / MOST_MOVING) : 1;
    const scaled = { scale: camera.scale * ratio, x: camera.x * ratio, y: camera.y * ratio };
    drawPoints(pixels, width, height, data.points, colours, scaled, Math.max(1, Math.round(size)), step);
    this.#context.putImageData(this.#picture, 0, 0);
  }

  /** Labels of what is pointed out, then by frequency as far as there is room. */
  #paintLabels(
    { data: { terms }, size: { width, height }, pointedOut, isMoving, onScreen }: MapScene,
    look: LabelLook,
  ) {
    const space = new LabelSpace(width, height);
    const paint = (row: number, isFirst: boolean): boolean => {
      this.#texts[row] ??= `\u2068${shortened(printableLine(terms[row]!))}\u2069`;
      const text = this.#texts[row];
      const size = isFirst ? 16 : labelSize(row, terms.length);
      return this.#labels.paint(space, { text, ...onScreen(row), size, isBold: isFirst, isForced: isFirst }, look);
    };
    for (const row of pointedOut) paint(row, true);
    const share = isMoving ? 4 : 1; // of what takes longest, less where it would hold the map up
    let [left, tried] = [MOST_LABELS / share, MOST_TRIED / share];
    for (let row = 0; row < terms.length && left > 0 && tried > 0; row++) {
      const { x, y } = onScreen(row);
      if (x < 0 || y < 0 || x > width || y > height || pointedOut.includes(row)) continue;
      tried--;
      if (paint(row, false)) left--;
    }
  }
}
