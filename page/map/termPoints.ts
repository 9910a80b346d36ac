import { ask } from "../api.js";

/** Terms in a plane, the most frequent first. */
export interface TermPoints {
  readonly version: number;
  /** Those that can be asked for, one a snapshot, the newest last. */
  readonly versions: readonly number[];
  readonly terms: readonly string[];
  /** x and y, from 0 to 65,535 in the longer direction (V, 2). */
  readonly points: Uint16Array;
  readonly groups: Uint8Array;
  /** Terms of the whole table. */
  readonly of: number;
  readonly neighborsKept: number;
}

interface MapAnswer {
  readonly of: number;
  readonly version?: number;
  readonly versions?: readonly number[];
  readonly points?: string;
  readonly groups?: string;
  readonly neighborsKept?: number;
}

const PAGE = 50_000;

export interface MapQuestion {
  readonly model: string;
  readonly top: number;
  /** The newest if left out. */
  readonly version?: number | undefined;
  /** A version that is drawn already. */
  readonly known?: number | undefined;
}

/** The map of a model's first terms; undefined while it is being laid out, or where none but the known one is there. */
export async function loadPoints(
  { model, ...question }: MapQuestion,
  signal: AbortSignal,
): Promise<TermPoints | undefined> {
  const answer = await ask<MapAnswer>("map", { model, ...question }, signal);
  const { of, version, versions = [], points, groups, neighborsKept = 0 } = answer;
  if (version === undefined) return undefined;
  const [places, clusters] = [bytesOf(points!), bytesOf(groups!)];
  const terms: string[] = [];
  while (terms.length < clusters.length) {
    const limit = Math.min(PAGE, clusters.length - terms.length);
    const page = await ask<{ terms: string[] }>("terms", { model, version, from: terms.length, limit }, signal);
    terms.push(...page.terms);
  }
  return { of, version, versions, neighborsKept, terms, points: new Uint16Array(places.buffer), groups: clusters };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
