import type { NetworkJobSettings } from "../neural/makeStepper.js";
import { serveNetwork } from "../neural/serveNetwork.js";
import { nnlmOf } from "./nnlmNetwork.js";

serveNetwork(({ settings, counts }: NetworkJobSettings) => nnlmOf(settings, { counts }));
