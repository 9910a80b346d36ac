import { useEffect, useRef, useState } from "preact/hooks";
import { choice } from "../address.js";
import { type Model, Refusal } from "../api.js";
import { modelsFor, stampOf } from "../stamps.js";
import { loadPoints, type TermPoints } from "./termPoints.js";
import { loadTopics, type TermTopics } from "./termTopics.js";

const ASK_AGAIN_MS = 1000;

export interface Points {
  readonly points?: TermPoints;
  readonly refusal?: Refusal;
}

/** The layout of the address, or the newest: asked for again until it is there, and after each snapshot until there is a newer one. */
export function usePoints({ model, summary }: Model, top: number): Points {
  const [got, setGot] = useState<Points>({});
  const last = useRef<number | undefined>(undefined);
  const version = Number(choice("layout")) || undefined;
  useEffect(() => {
    const stop = new AbortController();
    const look = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const points = await loadPoints({ model, top, version, known: last.current }, stop.signal);
        if (points) {
          last.current = points.version;
          return setGot({ points });
        }
        if (version !== undefined) return; // it stays as it is
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    };
    look().catch((error: unknown) => {
      if (!stop.signal.aborted)
        setGot({ refusal: error instanceof Refusal ? error : new Refusal(0, String(error), []) });
    });
    return () => stop.abort();
  }, [summary.sequence, version]);
  return got;
}

/** The topics that terms are coloured by; nothing where they are not. */
export function useTopics(): TermTopics | undefined {
  const [topics, setTopics] = useState<TermTopics | undefined>();
  const able = modelsFor("termTopics");
  const model = choice("colour") === "topic" ? able[0]?.model : undefined;
  useEffect(() => {
    if (model === undefined) return setTopics(undefined);
    const stop = new AbortController();
    loadTopics(model, stop.signal).then(setTopics, () => {}); // asked again with the next snapshot
    return () => stop.abort();
  }, [model, stampOf(able)]);
  return topics;
}
