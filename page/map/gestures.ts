import type { Corner } from "./pointIndex.js";

/** What is done with a map by pointer, wheel and keys, in pixels of its canvas. */
export interface Gestures {
  shifted(dx: number, dy: number): void;
  zoomed(x: number, y: number, factor: number): void;
  /** Nothing is pointed at once the pointer has left. */
  pointed(at: Corner | undefined): void;
  clicked(at: Corner): void;
  /** Keys besides the arrows, `+` and `-`. */
  readonly keys: Readonly<Record<string, () => void>>;
  /** A line that is drawn instead of moving the map, where it is wanted. */
  readonly line?: {
    isWanted(event: PointerEvent): boolean;
    drawn(line: readonly Corner[]): void;
    closed(line: readonly Corner[]): void;
  };
}

/** Pixels of an arrow key. */
const STEP = 60;
const ZOOM = 1.5;
/** A pointer that went less than this meant to click. */
const STILL = 4;

export function listenToGestures(canvas: HTMLCanvasElement, gestures: Gestures): void {
  listenToPointer(canvas, gestures);
  canvas.addEventListener("wheel", (event) => takeWheel(event, gestures), { passive: false });
  const middle = (factor: number) => () => gestures.zoomed(canvas.clientWidth / 2, canvas.clientHeight / 2, factor);
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => gestures.shifted(STEP, 0),
    ArrowRight: () => gestures.shifted(-STEP, 0),
    ArrowUp: () => gestures.shifted(0, STEP),
    ArrowDown: () => gestures.shifted(0, -STEP),
    "+": middle(ZOOM),
    "=": middle(ZOOM),
    "-": middle(1 / ZOOM),
    ...gestures.keys,
  };
  canvas.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function takeWheel(event: WheelEvent, { zoomed }: Gestures): void {
  event.preventDefault();
  zoomed(event.offsetX, event.offsetY, 2 ** (-event.deltaY / (event.deltaMode === 0 ? 250 : 8)));
}

function listenToPointer(canvas: HTMLCanvasElement, gestures: Gestures): void {
  const pointers = new Map<number, Corner>();
  let line: Corner[] = [];
  let travelled = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const at = placeIn(event);
    pointers.set(event.pointerId, at);
    travelled = 0;
    line = gestures.line?.isWanted(event) ? [at] : [];
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = placeIn(event);
    const before = pointers.get(event.pointerId);
    if (!before) return gestures.pointed(at);
    const [dx, dy] = [at.x - before.x, at.y - before.y];
    travelled += Math.abs(dx) + Math.abs(dy);
    pointers.set(event.pointerId, at);
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    if (other) return gestures.zoomed(other.x, other.y, apart(at, other) / apart(before, other));
    if (line.length === 0) return gestures.shifted(dx, dy);
    line.push(at);
    gestures.line?.drawn(line);
  });
  for (const ending of ["pointerup", "pointercancel"] as const)
    canvas.addEventListener(ending, (event) => {
      pointers.delete(event.pointerId);
      const closed = line;
      line = [];
      if (closed.length > 0) gestures.line?.closed(closed);
      if (ending === "pointerup" && travelled < STILL) gestures.clicked(placeIn(event));
    });
  canvas.addEventListener("pointerleave", () => gestures.pointed(undefined));
}

const placeIn = ({ offsetX, offsetY }: MouseEvent): Corner => ({ x: offsetX, y: offsetY });
const apart = (a: Corner, b: Corner): number => Math.hypot(a.x - b.x, a.y - b.y) || 1;
