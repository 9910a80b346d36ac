import type { NetworkJobSettings } from "../neural/makeStepper.js";
import { serveNetwork } from "../neural/serveNetwork.js";
import { elmoOf } from "./elmoNetwork.js";

serveNetwork(({ settings, terms, counts }: NetworkJobSettings) => elmoOf(settings, { terms, counts }));
