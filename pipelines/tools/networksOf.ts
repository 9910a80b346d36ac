import type { Networks } from "../../schemas/index.js";
import type { Known } from "./textSteps.js";

/** The networks that units bring, by their names. */
export const networksOf = ({ units }: Pick<Known, "units">): Networks =>
  new Map([...units].filter(([, { network }]) => network));
