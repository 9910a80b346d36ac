import type { AnyUnit } from "lexstream/schemas";

export const fixedVocabulary: AnyUnit;
