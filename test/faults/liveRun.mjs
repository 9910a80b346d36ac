// A run over a live source in a process of its own: node liveRun.mjs CONFIG OUT DOCUMENTS. It goes on with the run in OUT, ends it once
// so many documents were read, and is killed by whoever started it.
import { loadPipeline, RunStopped, runPipeline } from "lexstream/pipelines";
import { registerFixedVocabulary } from "../support/fixedVocabulary.mjs";

const [config, out, documents] = process.argv.slice(2);
registerFixedVocabulary();
const pipeline = await loadPipeline(config);
const stop = new AbortController();
let isReading = false;
const onProgress = ({ live }) => {
  if (!isReading) console.log("reading");
  isReading = true;
  if (live?.documents >= Number(documents)) stop.abort();
};
const clock = () => new Date();
try {
  await runPipeline(pipeline, { out, resume: true, stop: stop.signal, clock, onProgress });
} catch (error) {
  if (!(error instanceof RunStopped)) throw error;
  await runPipeline(pipeline, { out, resume: true, finish: true, clock });
}
