import { basename } from "node:path";
import type { Vectors } from "../../kernels/embedding/vectors.js";
import type { LayoutMethod } from "../../kernels/layout/layOutTerms.js";
import { neighborsKept } from "../../kernels/layout/neighborsKept.js";
import { layOutOnThreads } from "../../kinds/vectorAnswers/layOutOnThreads.js";
import { writeFiles } from "../../storage/files/durableFile.js";
import { formatOf } from "../../storage/files/formatOf.js";
import { outputPlace } from "../../storage/files/outputPlace.js";
import { mapPage } from "../../storage/pictures/mapPage.js";
import { mapSvg } from "../../storage/pictures/mapSvg.js";
import type { TermPicture } from "../../storage/pictures/termPicture.js";
import { loadVectors } from "./vectorFiles.js";

export { type LayoutMethod, layoutMethods } from "../../kernels/layout/layOutTerms.js";

export interface TermMapOptions {
  readonly method?: LayoutMethod | undefined;
  /** How many terms, the first rows; with `neighborsOf`, how many of its nearest. */
  readonly top?: number | undefined;
  /** Draw this term and those nearest to it alone. */
  readonly neighborsOf?: string | undefined;
  /** Terms to point out. */
  readonly terms?: readonly string[];
  readonly seed?: number | undefined;
  readonly title?: string | undefined;
}

export interface TermMap {
  readonly drawn: number;
  /** Terms of the table. */
  readonly of: number;
  /** Which terms of the table were drawn, in words. */
  readonly what: string;
  readonly method: LayoutMethod;
  /** The share of each term's nearest neighbours by cosine, at most 10, that are among its nearest points. */
  readonly neighborsKept: number;
  /** Terms that are drawn and not in the table: their vectors were made of their subwords. Left out if there are none. */
  readonly madeOfSubwords?: readonly string[];
}

/** Terms on the map, those of the table in its order, and behind them those made of subwords. */
interface DrawnTerms {
  readonly terms: readonly string[];
  readonly made: readonly string[];
}

const TOP = 100_000;
const TOP_NEIGHBORS = 200;
const FEWEST = 3;
const pictures = { html: mapPage, svg: mapSvg };

/**
 * Draws vectors of any format as a map of terms, a page or a drawing: see `layOutTerms`. Same vectors and options, same bytes.
 * @throws before anything is read, if nothing can be written there
 * @throws RangeError for a term that is not in the table or not on the map, and for fewer than 3 terms
 */
export async function drawTermMap(from: string, to: string, options: TermMapOptions = {}): Promise<TermMap> {
  const draw = pictures[pictureFormat(to)];
  const place = outputPlace("map", to);
  const vectors = await loadVectors(from);
  const { terms, made } = drawnTerms(vectors, options, from);
  const { method = "neighbors", seed = 1 } = options;
  const layout = await layOutOnThreads(valuesOf(vectors, terms), vectors.vectorSize, { method, seed });
  const kept = neighborsKept(layout);
  const { neighborsOf } = options;
  const isMade = neighborsOf !== undefined && made.includes(neighborsOf);
  const what = inWords(terms.length - made.length, vectors.terms.length, neighborsOf, isMade);
  const report: TermMap = {
    ...{ drawn: terms.length, of: vectors.terms.length, what, method, neighborsKept: kept },
    ...(made.length > 0 ? { madeOfSubwords: made } : {}),
  };
  const picture: TermPicture = {
    title: options.title ?? basename(from),
    note: noteOf(report, layout.near.perRow),
    terms,
    points: inUnitSquare(layout.points),
    groups: layout.groups,
    near: layout.near,
    marked: markedPlaces(vectors, terms, options),
  };
  await writeFiles([place], async (file) => file!.write(new TextEncoder().encode(draw(picture))));
  return report;
}

function pictureFormat(path: string): keyof typeof pictures {
  if (path.toLowerCase().endsWith(".png"))
    throw new TypeError(
      `map: pixels hold no labels without a font of every script, write .svg or .html and let a browser make the picture, got ${JSON.stringify(path)}`,
    );
  return formatOf("map", path, { html: "html", svg: "svg" });
}

function drawnTerms(vectors: Vectors, options: TermMapOptions, from: string): DrawnTerms {
  const made = vectors.madeOfSubwords(pointedOut(options));
  const terms = [...tableTerms(vectors, options), ...made];
  if (terms.length >= FEWEST) return { terms, made };
  const way = vectors.terms.length < FEWEST ? "train on more text or with a lower minCount" : "raise --top";
  throw new RangeError(`map: ${from} must give at least ${FEWEST} terms to draw, got ${terms.length}; ${way}`);
}

/** Those of the table, in its order. */
function tableTerms(vectors: Vectors, { top, neighborsOf }: TermMapOptions): string[] {
  if (neighborsOf === undefined) return vectors.terms.slice(0, top ?? TOP);
  const near = vectors.mostSimilar(neighborsOf, { topN: top ?? TOP_NEIGHBORS });
  return [neighborsOf, ...near.map(({ term }) => term)]
    .flatMap((term) => vectors.idOf(term) ?? [])
    .sort((a, b) => a - b)
    .map((row) => vectors.terms[row]!);
}

const pointedOut = ({ neighborsOf, terms = [] }: TermMapOptions): string[] => [
  ...new Set([...(neighborsOf === undefined ? [] : [neighborsOf]), ...terms]),
];

function valuesOf(vectors: Vectors, terms: readonly string[]): Float32Array {
  const { vectorSize } = vectors;
  const drawn = new Float32Array(terms.length * vectorSize);
  terms.forEach((term, n) => {
    drawn.set(vectors.find(term)!.vector, n * vectorSize);
  });
  return drawn;
}

function markedPlaces(vectors: Vectors, terms: readonly string[], options: TermMapOptions): number[] {
  const placeOf = new Map(terms.map((term, place) => [term, place]));
  return pointedOut(options).map((term) => {
    const place = placeOf.get(term);
    if (place !== undefined) return place;
    throw new RangeError(
      `map: term ${JSON.stringify(term)} is no. ${vectors.rowOf(term) + 1} and not among the ${terms.length} drawn; raise --top`,
    );
  });
}

/** Moves a picture to begin at 0 in both directions, and to reach 1 in the longer one. */
function inUnitSquare(points: Float64Array): Float64Array {
  const [least, most] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  points.forEach((value, at) => {
    least[at & 1] = Math.min(least[at & 1]!, value);
    most[at & 1] = Math.max(most[at & 1]!, value);
  });
  const span = Math.max(most[0]! - least[0]!, most[1]! - least[1]!) || 1;
  return points.map((value, at) => (value - least[at & 1]!) / span);
}

/** Which terms of the table, in words. */
function inWords(known: number, of: number, neighborsOf: string | undefined, isMade: boolean): string {
  const count = (value: number) => value.toLocaleString("en");
  if (neighborsOf !== undefined)
    return `${JSON.stringify(neighborsOf)} and the ${count(isMade ? known : known - 1)} terms nearest to it`;
  return known < of ? `the ${count(known)} most frequent of ${count(of)} terms` : `${count(of)} terms`;
}

function noteOf({ what, method, neighborsKept: kept, madeOfSubwords = [] }: TermMap, perRow: number): string {
  const how = method === "pca" ? "along their two principal axes" : "by t-SNE of their cosines";
  const nearest = Math.min(10, perRow);
  const told = `Of a term's ${nearest} nearest, ${(kept * nearest).toFixed(1)} are among the ${nearest} nearest points`;
  const made =
    madeOfSubwords.length > 0 ? ` Not in the vocabulary, made of subwords: ${madeOfSubwords.join(", ")}.` : "";
  return `${what[0]!.toUpperCase()}${what.slice(1)}, ${how}. ${told}. Colours are clusters by k-means.${made}`;
}
