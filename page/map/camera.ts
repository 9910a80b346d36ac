/** Which part of a map is seen: pixels of the whole map, and where its corner lies. */
export interface Camera {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 24;
const LARGEST_ZOOM = 200;

/** The whole map, as large as there is room; `across` and `down` are how far it reaches, from 0 to 1. */
export function fitted({ width, height }: Size, across: number, down: number): Camera {
  const scale = Math.max(50, Math.min((width - 2 * MARGIN) / across, (height - 2 * MARGIN) / down));
  return { scale, x: (width - scale * across) / 2, y: (height - scale * down) / 2 };
}

/** The same with the point at (x, y) where it was. */
export function zoomed(camera: Camera, x: number, y: number, factor: number, least: number): Camera {
  const scale = Math.min(Math.max(camera.scale * factor, least / 2), least * LARGEST_ZOOM);
  const by = scale / camera.scale;
  return { scale, x: x - (x - camera.x) * by, y: y - (y - camera.y) * by };
}

/** As it stands in the address: the middle of what is seen, and how large it is drawn against the whole. */
export function writtenCamera(
  camera: Camera,
  { width, height }: Size,
  least: number,
): Readonly<Record<"x" | "y" | "z", string>> {
  const z = camera.scale / least;
  const x = (width / 2 - camera.x) / camera.scale;
  const y = (height / 2 - camera.y) / camera.scale;
  return { x: x.toFixed(5), y: y.toFixed(5), z: z.toFixed(2) };
}

export function readCamera(x: number, y: number, z: number, { width, height }: Size, least: number): Camera {
  const scale = z * least;
  return { scale, x: width / 2 - x * scale, y: height / 2 - y * scale };
}
