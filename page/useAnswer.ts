import { useEffect, useState } from "preact/hooks";
import { ask, type Parameters, Refusal } from "./api.js";

export interface Asked<Answer> {
  /** The last answer, perhaps to the question before while another is under way. */
  readonly answer: Answer | undefined;
  readonly refusal: Refusal | undefined;
  readonly isWaiting: boolean;
}

const answered = <Answer>(answer: Answer): Asked<Answer> => ({ answer, refusal: undefined, isWaiting: false });

function refused(error: unknown): Asked<never> {
  const refusal = error instanceof Refusal ? error : new Refusal(0, String(error), []);
  return { answer: undefined, refusal, isWaiting: false };
}

/** The answer to a question, asked again when it or `stamp` is another one; nothing is asked where the path is undefined. */
export function useAnswer<Answer>(
  path: string | undefined,
  parameters: Parameters = {},
  stamp: unknown = 0,
): Asked<Answer> {
  const key = JSON.stringify([path, parameters, stamp]);
  const [asked, setAsked] = useState<Asked<Answer> & { readonly key: string }>({
    ...{ answer: undefined, refusal: undefined, isWaiting: path !== undefined, key: "" },
  });
  useEffect(() => {
    if (path === undefined) return setAsked({ answer: undefined, refusal: undefined, isWaiting: false, key });
    const stop = new AbortController();
    const asked = ask<Answer>(path, parameters, stop.signal).then(answered<Answer>, refused);
    void asked.then((now) => {
      if (!stop.signal.aborted) setAsked({ ...now, key });
    });
    return () => stop.abort();
  }, [key]);
  return asked.key === key ? asked : { ...asked, isWaiting: path !== undefined };
}

/** The same question to several models, side by side. */
export function useAnswers<Answer>(
  path: string,
  names: readonly string[],
  parameters: Parameters,
  stamp: unknown = 0,
): ReadonlyMap<string, Asked<Answer>> {
  const key = JSON.stringify([path, names, parameters, stamp]);
  const [asked, setAsked] = useState<{ readonly key: string; readonly all: ReadonlyMap<string, Asked<Answer>> }>({
    ...{ key: "", all: new Map() },
  });
  useEffect(() => {
    const stop = new AbortController();
    const questions = names.map(async (model): Promise<readonly [string, Asked<Answer>]> => {
      const asked = ask<Answer>(path, { ...parameters, model }, stop.signal);
      return [model, await asked.then(answered<Answer>, refused)];
    });
    void Promise.all(questions).then((all) => {
      if (!stop.signal.aborted) setAsked({ key, all: new Map(all) });
    });
    return () => stop.abort();
  }, [key]);
  return asked.all;
}
