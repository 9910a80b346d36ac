import type { NetworkJobSettings } from "../neural/makeStepper.js";
import { serveNetwork } from "../neural/serveNetwork.js";
import { bertOf } from "./bertNetwork.js";

serveNetwork(({ settings, counts }: NetworkJobSettings) => bertOf(settings, { counts }));
