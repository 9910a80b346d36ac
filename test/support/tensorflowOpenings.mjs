// Opens TensorFlow.js where the native package is missing, where it does not load, and where another backend is registered; prints what came of it.
import { register } from "node:module";
import { openTensorflow } from "#models";

const NATIVE = "@tensorflow/tfjs-node";
const missing = `Object.assign(new Error("Cannot find package '${NATIVE}'"), { code: "ERR_MODULE_NOT_FOUND" })`;
const unbuilt = `new Error("The Node.js native addon module (tfjs_binding.node) can not be found.\\nPlease run command")`;

const told = [];
nativeFails(missing);
await open();
nativeFails(unbuilt);
await open();
await import("@tensorflow/tfjs-backend-cpu");
await open();
process.stdout.write(JSON.stringify(told));

async function open() {
  const opened = await openTensorflow("rnnlm");
  told.push("why" in opened ? opened.why : opened.engine.arithmetic);
}

/** Whatever is installed. @param error an expression */
function nativeFails(error) {
  const url = dataUrl(`throw ${error}`);
  register(
    dataUrl(`export const resolve = (name, context, next) =>
      name === "${NATIVE}" ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(name, context);`),
  );
}

function dataUrl(code) {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
