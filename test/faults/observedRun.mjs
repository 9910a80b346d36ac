// A run in a process of its own: node observedRun.mjs CONFIG OUT INTERVAL [DOCUMENTS]. It prints at each sign of progress how many documents
// it has read, and is killed by whoever started it. See goOn.mjs.
import { goOn } from "./goOn.mjs";

const [config, out, interval, documents = Infinity] = process.argv.slice(2);
await goOn(config, out, interval, (read) => console.log(read), Number(documents));
