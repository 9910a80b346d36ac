// Opens TensorFlow.js where the native package is missing, where it does not load, and where a backend is set; prints what came of it.
import { register } from "node:module";
import { setBackend } from "@tensorflow/tfjs-core";
import { openTensorflow } from "#models";

const NATIVE = "@tensorflow/tfjs-node";
const missing = `Object.assign(new Error("Cannot find package '${NATIVE}'"), { code: "ERR_MODULE_NOT_FOUND" })`;
const unbuilt = `new Error("The Node.js native addon module (tfjs_binding.node) can not be found.\\nPlease run command")`;

nativeFails(missing);
const told = { missing: await open() };
nativeFails(unbuilt);
told.unbuilt = await open();
// as the native package does before it fails
await import("@tensorflow/tfjs-backend-cpu");
told.again = await open();
await setBackend("cpu");
told.set = await open();
process.stdout.write(JSON.stringify(told));

async function open() {
  const opened = await openTensorflow("rnnlm");
  return "why" in opened ? opened.why : opened.engine.arithmetic;
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
