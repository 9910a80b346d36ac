import type { LabelSpace } from "../../kernels/layout/labelSpace.js";

/** How labels look. */
export interface LabelLook {
  readonly ground: string;
  readonly ink: string;
  readonly fonts: string;
}

export interface Label {
  readonly text: string;
  /** Of the point that it stands above. */
  readonly x: number;
  readonly y: number;
  /** Of the letters, in pixels. */
  readonly size: number;
  readonly isBold: boolean;
  /** It is painted even where there is no room. */
  readonly isForced: boolean;
}

/** Texts are measured at this size. */
const MEASURED = 100;

/** Paints labels on a canvas, none over another. State: the width of each text that was measured. */
export class LabelPainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #widths = new Map<string, number>();

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
  }

  /** Whether there was room. */
  paint(space: LabelSpace, { text, x, y, size, isBold, isForced }: Label, { ground, ink, fonts }: LabelLook): boolean {
    const context = this.#context;
    const middle = y - size / 2 - 5;
    const width = (this.#widthOf(text, fonts) * size) / MEASURED;
    const isFree = space.take(x - width / 2 - 2, middle - size * 0.65, width + 4, size * 1.3);
    if (!isFree && !isForced) return false;
    context.font = `${isBold ? "700 " : ""}${size}px ${fonts}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = ground;
    context.strokeText(text, x, middle);
    context.fillStyle = ink;
    context.fillText(text, x, middle);
    return true;
  }

  /** Forgets texts that are not shown any more. */
  forget(): void {
    this.#widths.clear();
  }

  #widthOf(text: string, fonts: string): number {
    const known = this.#widths.get(text);
    if (known !== undefined) return known;
    this.#context.font = `${MEASURED}px ${fonts}`;
    const { width } = this.#context.measureText(text);
    this.#widths.set(text, width);
    return width;
  }
}
