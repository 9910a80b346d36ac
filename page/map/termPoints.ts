import { ask } from "../api.js";

/** Terms in a plane, the most frequent first. */
export interface TermPoints {
  readonly version: number;
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
  readonly points?: string;
  readonly groups?: string;
  readonly neighborsKept?: number;
}

const PAGE = 50_000;

/** The map of a model's first terms; undefined while it is being laid out. */
export async function loadPoints(model: string, top: number, signal: AbortSignal): Promise<TermPoints | undefined> {
  const { of, version, points, groups, neighborsKept = 0 } = await ask<MapAnswer>("map", { model, top }, signal);
  if (version === undefined) return undefined;
  const [places, clusters] = [bytesOf(points!), bytesOf(groups!)];
  const terms: string[] = [];
  while (terms.length < clusters.length) {
    const limit = Math.min(PAGE, clusters.length - terms.length);
    const page = await ask<{ terms: string[] }>("terms", { model, from: terms.length, limit }, signal);
    if (page.terms.length === 0) break; // the table became shorter
    terms.push(...page.terms);
  }
  return { of, version, neighborsKept, terms, points: new Uint16Array(places.buffer), groups: clusters };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
