/** The script of the page that `storage/pictures/mapPage.ts` writes: a map of terms on a canvas. Terms are drawn and set as text alone. */
import { LabelSpace, labelSize } from "../kernels/layout/labelSpace.js";
import type { MapPageData } from "../schemas/mapPageData.js";
import { listenToGestures } from "./map/gestures.js";
import { LabelPainter } from "./map/labels.js";

const element = <Type extends HTMLElement>(id: string): Type => document.getElementById(id) as Type;
const canvas = element<HTMLCanvasElement>("map");
const context = canvas.getContext("2d")!;
const labels = new LabelPainter(context);
const [search, found, shown, tip] = [
  element<HTMLInputElement>("search"),
  element("found"),
  element("shown"),
  element("tip"),
];

const data = JSON.parse(element("data").textContent!) as MapPageData;
const { terms, nearest, idBytes, marked, colours, fonts } = data;
const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const packed = bytesOf(data.points);
const points = Float32Array.from(new Uint16Array(packed.buffer), (value) => value / 65535);
const [across, down] = [0, 1].map((axis) =>
  points.reduce((most, value, at) => (at % 2 === axis ? Math.max(most, value) : most), 1e-3),
) as [number, number];
const groups = bytesOf(data.groups);
const near = bytesOf(data.near);
/** Rows of each colour, so that a colour is set once. */
const rowsOf = colours.map((_, group) =>
  Uint32Array.from(terms.keys()).filter((row) => groups[row]! % colours.length === group),
);

/** Pixels of the whole map, and where its corner lies. */
const view = { scale: 1, x: 0, y: 0 };
let selected: number | undefined;

const MARGIN = 40;
const LARGEST_ZOOM = 400;
const MOST_LABELS = 600;
const REACH = 12; // pixels from the pointer within which a point is meant

function nearestTerms(row: number): number[] {
  return Array.from({ length: nearest }, (_, k) => {
    const at = (row * nearest + k) * idBytes;
    return near[at]! | (near[at + 1]! << 8) | (idBytes > 2 ? near[at + 2]! << 16 : 0);
  });
}

/** Isolated, so that signs for the direction of writing in one term do not turn what stands around it. */
const written = (row: number): string => `\u2068${terms[row]!}\u2069`;
const nearestWritten = (row: number): string => nearestTerms(row).map(written).join(", ");

const screenX = (row: number): number => view.x + points[2 * row]! * view.scale;
const screenY = (row: number): number => view.y + points[2 * row + 1]! * view.scale;

function showAll(): void {
  view.scale = fitted();
  view.x = (window.innerWidth - view.scale * across) / 2;
  view.y = (window.innerHeight - view.scale * down) / 2;
}

/** The scale at which the whole map is seen. */
const fitted = (): number =>
  Math.max(Math.min((window.innerWidth - MARGIN) / across, (window.innerHeight - 3 * MARGIN) / down), 50);

function zoomAt(x: number, y: number, factor: number): void {
  const scale = Math.min(Math.max(view.scale * factor, fitted() / 2), fitted() * LARGEST_ZOOM);
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  redraw();
}

let isWaiting = false;
function redraw(): void {
  if (!isWaiting) requestAnimationFrame(draw);
  isWaiting = true;
}

function draw(): void {
  isWaiting = false;
  const { innerWidth: width, innerHeight: height, devicePixelRatio: ratio } = window;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const style = getComputedStyle(document.documentElement);
  const [ground, ink] = [style.getPropertyValue("--ground"), style.getPropertyValue("--ink")];
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  drawPoints(width, height);
  drawLinks(ink);
  drawLabels(width, height, ground, ink);
}

function drawPoints(width: number, height: number): void {
  const zoom = view.scale / fitted();
  const size = Math.min(8, (terms.length > 20_000 ? 1.8 : terms.length > 2000 ? 2.5 : 4) * zoom ** 0.35);
  context.globalAlpha = terms.length > 20_000 && zoom < 4 ? 0.55 : 0.8;
  for (const [group, rows] of rowsOf.entries()) {
    context.fillStyle = colours[group]!;
    for (const row of rows) {
      const [x, y] = [screenX(row), screenY(row)];
      if (x > -size && y > -size && x < width + size && y < height + size)
        context.fillRect(x - size / 2, y - size / 2, size, size);
    }
  }
  context.globalAlpha = 1;
}

function drawLinks(ink: string): void {
  context.strokeStyle = ink;
  context.lineWidth = 1;
  if (selected !== undefined)
    for (const row of nearestTerms(selected)) {
      context.beginPath();
      context.moveTo(screenX(selected), screenY(selected));
      context.lineTo(screenX(row), screenY(row));
      context.stroke();
    }
  context.lineWidth = 2;
  for (const row of pointedOut()) {
    context.beginPath();
    context.arc(screenX(row), screenY(row), 6, 0, 2 * Math.PI);
    context.stroke();
  }
}

const pointedOut = (): readonly number[] => (selected === undefined ? marked : [...new Set([selected, ...marked])]);

/** Labels of terms that are pointed out and of their neighbours, then by frequency as far as there is room. */
function drawLabels(width: number, height: number, ground: string, ink: string): void {
  const space = new LabelSpace(width, height);
  for (const panel of document.querySelectorAll("main, footer")) {
    const { left, top, width, height } = panel.getBoundingClientRect();
    space.take(left, top, width, height); // no label lies below what covers it
  }
  const first = [...new Set([...pointedOut(), ...(selected === undefined ? [] : nearestTerms(selected))])];
  const isFirst = new Set(first);
  const forced = pointedOut().length;
  const paint = (row: number, isBold: boolean, isForced: boolean): boolean => {
    const size = isBold ? 16 : labelSize(row, terms.length);
    const at = { x: screenX(row), y: screenY(row) };
    return labels.paint(space, { text: terms[row]!, ...at, size, isBold, isForced }, { ground, ink, fonts });
  };
  for (const [k, row] of first.entries()) paint(row, true, k < forced);
  let left = MOST_LABELS;
  for (let row = 0; row < terms.length && left > 0; row++) {
    const [x, y] = [screenX(row), screenY(row)];
    if (x < 0 || y < 0 || x > width || y > height || isFirst.has(row)) continue;
    if (paint(row, false, false)) left--;
  }
}

/** The point that is meant at a place, if there is one: the nearest. */
function termAt(x: number, y: number): number | undefined {
  let [best, least] = [undefined as number | undefined, REACH * REACH];
  for (let row = 0; row < terms.length; row++) {
    const [dx, dy] = [screenX(row) - x, screenY(row) - y];
    const square = dx * dx + dy * dy;
    if (square < least) [best, least] = [row, square];
  }
  return best;
}

function select(row: number | undefined): void {
  selected = row;
  shown.textContent = row === undefined ? "" : `${written(row)}: nearest ${nearestWritten(row)}`;
  redraw();
}

function goTo(row: number): void {
  view.scale = Math.max(view.scale, fitted() * Math.min(LARGEST_ZOOM, Math.max(1, Math.sqrt(terms.length / 400))));
  view.x = window.innerWidth / 2 - points[2 * row]! * view.scale;
  view.y = window.innerHeight / 2 - points[2 * row + 1]! * view.scale;
  found.replaceChildren();
  select(row);
}

/** Terms that are, begin with, or contain what was typed; in each of the three the most frequent first. */
function matches(typed: string, most: number): number[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return [];
  const ranks: number[][] = [[], [], []];
  for (const [row, term] of terms.entries()) {
    const at = term.toLowerCase().indexOf(wanted);
    if (at >= 0) ranks[at > 0 ? 2 : term.length === wanted.length ? 0 : 1]!.push(row);
  }
  return ranks.flat().slice(0, most);
}

search.addEventListener("input", () => {
  const buttons = matches(search.value, 8).map((row) => {
    const button = document.createElement("button");
    button.textContent = terms[row]!;
    button.addEventListener("click", () => goTo(row));
    const item = document.createElement("li");
    item.append(button);
    return item;
  });
  found.replaceChildren(...buttons);
  shown.textContent = search.value.trim() !== "" && buttons.length === 0 ? "no such term here" : "";
});
search.addEventListener("keydown", ({ key }) => {
  const [row] = key === "Enter" ? matches(search.value, 1) : [];
  if (row !== undefined) goTo(row);
});

function hover(row: number | undefined, x = 0, y = 0): void {
  tip.hidden = row === undefined;
  if (row === undefined) return;
  tip.textContent = `${written(row)} (no. ${row + 1}): ${nearestWritten(row)}`;
  tip.style.left = `${Math.min(x + 14, window.innerWidth - 300)}px`;
  tip.style.top = `${Math.min(y + 14, window.innerHeight - 60)}px`;
}

listenToGestures(canvas, {
  shifted(dx, dy) {
    view.x += dx;
    view.y += dy;
    redraw();
  },
  zoomed: zoomAt,
  pointed: (at) => hover(at && termAt(at.x, at.y), at?.x, at?.y),
  clicked: ({ x, y }) => select(termAt(x, y)),
  keys: {
    "0": () => {
      showAll();
      redraw();
    },
    Escape: () => select(undefined),
  },
});

let size = { width: window.innerWidth, height: window.innerHeight };
window.addEventListener("resize", () => {
  view.x += (window.innerWidth - size.width) / 2;
  view.y += (window.innerHeight - size.height) / 2;
  size = { width: window.innerWidth, height: window.innerHeight };
  redraw();
});
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

showAll();
if (marked.length === 1) goTo(marked[0]!);
draw();
