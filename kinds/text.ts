import { defineKind } from "../schemas/kinds.js";

/** Stretches of text. It is read again from its source. */
export const text = defineKind({ name: "text", arrives: "stream" });
