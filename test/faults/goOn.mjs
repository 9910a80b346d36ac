// Goes on with the run in a folder, or begins one. Over a live source it ends after so many documents.
import { builtIn, loadPipeline, RunStopped, runPipeline, withUnits } from "#pipelines";
import { fixedVocabulary } from "../support/fixedVocabulary.mjs";

const registry = withUnits(builtIn, { units: [fixedVocabulary], kinds: [] });
const clock = () => new Date();

/** Calls `onSign` with the documents that were read from a live source at each sign of progress. */
export async function goOn(config, out, interval, onSign, documents = Infinity) {
  const pipeline = await loadPipeline(config, { registry, set: [`checkpoint.every=${interval}`] });
  const stop = new AbortController();
  const onProgress = ({ live }) => {
    onSign(live?.documents ?? 0);
    if (live?.documents >= documents) stop.abort();
  };
  try {
    await runPipeline(pipeline, { out, resume: true, stop: stop.signal, clock, onProgress });
  } catch (error) {
    if (!(error instanceof RunStopped)) throw error;
    await runPipeline(pipeline, { out, resume: true, finish: true, clock });
  }
}
