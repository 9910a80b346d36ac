import type { Corner } from "./pointIndex.js";

/** Rings around places on a canvas. */
export function paintRings(
  context: CanvasRenderingContext2D,
  places: readonly Corner[],
  radius: number,
  ink: string,
): void {
  context.strokeStyle = ink;
  context.lineWidth = 2;
  for (const { x, y } of places) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** A closed line that is being drawn around places. */
export function paintLine(context: CanvasRenderingContext2D, line: readonly Corner[], ink: string): void {
  if (line.length < 2) return;
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.beginPath();
  for (const { x, y } of line) context.lineTo(x, y);
  context.closePath();
  context.stroke();
  context.setLineDash([]);
}

/** A colour as it lies in the memory of a picture; the context writes every one as `#15171a`. */
export function packedColour(context: CanvasRenderingContext2D, colour: string): number {
  context.fillStyle = colour.trim();
  const hex = String(context.fillStyle);
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}
