import { builtIn } from "../pipelines/config/registry.js";

/** Whether a name is that of a model. */
export const isModel = (name: string): boolean => builtIn.units.get(name)?.kind === "model";
