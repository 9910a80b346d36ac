import { defer, from, Observable, type OperatorFunction } from "rxjs";
import { RunScope } from "#runtime";
import type { StageState, StateKeeper } from "#schemas";
import { collect } from "./collect.js";
import { copyState } from "./copyState.js";

/** Takes in batches, and tells the state after the last of them, in place of the end. */
async function untilStopped<In, Out>(
  batches: readonly In[],
  operator: OperatorFunction<In, Out>,
  start: StageState | undefined,
): Promise<{ readonly events: Out[]; readonly state: StageState }> {
  const events: Out[] = [];
  let stage: StateKeeper | undefined;
  const scope = new RunScope().keeping((kept) => {
    stage = kept;
    if (start) kept.restore(start);
  });
  const endless = new Observable<In>((subscriber) => {
    for (const batch of batches) subscriber.next(batch);
  });
  const subscription = scope.within(() => endless.pipe(operator).subscribe((event) => events.push(event)));
  const state = copyState(stage!.save());
  subscription.unsubscribe();
  return { events, state };
}

/** Every event of a stream that is stopped after the given numbers of batches and gone on with from the state that was told there. */
export async function goingOn<In, Out>(
  batches: readonly In[],
  stops: readonly number[],
  operator: () => OperatorFunction<In, Out>,
): Promise<Out[]> {
  const events: Out[] = [];
  let state: StageState | undefined;
  let done = 0;
  for (const stop of [...stops].sort((a, b) => a - b)) {
    const part = await untilStopped(batches.slice(done, stop), operator(), state);
    events.push(...part.events);
    state = part.state;
    done = Math.max(done, Math.min(stop, batches.length));
  }
  const rest = defer(() => from(batches.slice(done)));
  const keep = (kept: StateKeeper) => state && kept.restore(state);
  const last = new Observable<Out>((subscriber) =>
    new RunScope().keeping(keep).within(() => rest.pipe(operator()).subscribe(subscriber)),
  );
  return [...events, ...(await collect(last))];
}
