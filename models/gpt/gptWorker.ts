import type { NetworkJobSettings } from "../neural/makeStepper.js";
import { serveNetwork } from "../neural/serveNetwork.js";
import { gptOf } from "./gptNetwork.js";

serveNetwork(({ settings, counts }: NetworkJobSettings) => gptOf(settings, { counts }));
