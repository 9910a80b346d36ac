import type { AnyUnit } from "#schemas";

export const fixedVocabulary: AnyUnit;
