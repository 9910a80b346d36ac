// A run in a process of its own: node observedRun.mjs CONFIG OUT INTERVAL [DOCUMENTS]. It goes on with the run in OUT, prints at each sign
// of progress how many documents it has read, and is killed by whoever started it. Over a live source it ends after so many documents.
import { builtIn, loadPipeline, RunStopped, runPipeline, withUnits } from "#pipelines";
import { fixedVocabulary } from "../support/fixedVocabulary.mjs";

const [config, out, interval, documents = Infinity] = process.argv.slice(2);
const registry = withUnits(builtIn, { units: [fixedVocabulary], kinds: [] });
const pipeline = await loadPipeline(config, { registry, set: [`checkpoint.every=${interval}`] });
const stop = new AbortController();
const onProgress = ({ live }) => {
  console.log(live?.documents ?? 0);
  if (live?.documents >= Number(documents)) stop.abort();
};
const clock = () => new Date();
try {
  await runPipeline(pipeline, { out, resume: true, stop: stop.signal, clock, onProgress });
} catch (error) {
  if (!(error instanceof RunStopped)) throw error;
  await runPipeline(pipeline, { out, resume: true, finish: true, clock });
}
