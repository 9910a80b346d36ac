/** What the server is asked, and what it answers. Types say what a view reads of an answer; `/openapi.json` describes all. */
import { signal } from "@preact/signals";

export interface Model {
  readonly model: string;
  readonly kind: string;
  /** The endpoints that it answers. */
  readonly questions: readonly string[];
  /** Which snapshot answers, and what is told of it. */
  readonly summary: Readonly<Record<string, number>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Near {
  readonly term: string;
  readonly score: number;
}

export interface PortFill {
  readonly name: string;
  readonly inFlight: number;
  readonly highWater: number;
}

/** How a run under way stands. */
export interface RunMoment {
  readonly run: string;
  readonly step?: string;
  readonly stage: string;
  readonly share?: number;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: string;
  readonly perSecond?: number;
  readonly secondsRunning: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly ledger: { readonly counts: Readonly<Record<string, number>> };
  readonly ports: readonly PortFill[];
  /** Of the steps that know tokens, by their ids. */
  readonly tokensPerSecond: Readonly<Record<string, number>>;
}

/** An answer that is none: what was wrong, in one line, and what may have been meant. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly suggestions: readonly string[],
  ) {
    super(message);
  }
}

export type Parameters = Readonly<Record<string, string | number | undefined>>;

/** Models as the server last told of them; undefined until it has. */
export const models = signal<readonly Model[] | undefined>(undefined);
/** The run under way, if the page is served by one. */
export const moment = signal<RunMoment | undefined>(undefined);
/** Whether events come. */
export const connection = signal<"opening" | "open" | "lost" | "refused">("opening");

const token = takeToken();
const headers: Readonly<Record<string, string>> = token === undefined ? {} : { authorization: `Bearer ${token}` };

/** A token comes once, as `#token=`, and stays in memory alone. */
function takeToken(): string | undefined {
  const [, found] = /^#token=([^&]+)/.exec(location.hash) ?? [];
  if (found === undefined) return undefined;
  history.replaceState(undefined, "", "#/");
  return decodeURIComponent(found);
}

/** @throws Refusal; TypeError where nothing answers */
export async function ask<Answer>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Answer> {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  const response = await fetch(query === "" ? path : `${path}?${query}`, { headers, signal: signal ?? null });
  const answer = await response.json();
  if (response.ok) return answer as Answer;
  throw new Refusal(response.status, String(answer.error), answer.suggestions ?? []);
}

const RETRY_MS = 1000;

/** Follows the events of the server for as long as the page is seen; a hidden one gives its stream back. */
export function followEvents(): void {
  let stop = new AbortController();
  const follow = async () => {
    stop = new AbortController();
    const { signal } = stop;
    while (!signal.aborted) {
      await readEvents(signal).catch(() => {});
      if (signal.aborted || connection.value === "refused") return;
      connection.value = "lost";
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop.abort();
    else void follow();
  });
  if (!document.hidden) void follow();
}

async function readEvents(signal: AbortSignal): Promise<void> {
  const response = await fetch("events", { headers, signal });
  if (response.status === 401) connection.value = "refused";
  if (!response.ok || !response.body) throw new Error(response.statusText);
  connection.value = "open";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop()!;
    events.forEach(take);
  }
}

const told = new Map<string, string>();

/** What was told already, as all is where a stream begins anew, draws nothing. */
function take(event: string): void {
  const [, name = "", data = ""] = /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? [];
  if (told.get(name) === data) return;
  told.set(name, data);
  if (name === "models") models.value = JSON.parse(data);
  if (name === "run") moment.value = JSON.parse(data);
}
