import type { NetworkJobSettings } from "../neural/makeStepper.js";
import { serveNetwork } from "../neural/serveNetwork.js";
import { rnnlmOf } from "./rnnlmNetwork.js";

serveNetwork(({ settings, counts }: NetworkJobSettings) => rnnlmOf(settings, { counts }));
