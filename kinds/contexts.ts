import { defineKind } from "../schemas/kinds.js";

/** Windows over the text; a test in a config names the number of their centres. They are laid anew from ids, never kept. */
export const contexts = defineKind({
  name: "contexts",
  arrives: "stream",
  tokens: ({ firstCentre, endCentre }) => endCentre - firstCentre,
  shown: (batches) => batches.reduce((total, batch) => total + batch.endCentre - batch.firstCentre, 0),
});
