import { neural } from "#kernels";
import { serveNetwork } from "#models";

serveNetwork((settings) => neural.rnnlm(settings));
