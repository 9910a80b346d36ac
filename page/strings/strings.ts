import { computed } from "@preact/signals";
import { choice } from "../address.js";
import { en, type Strings } from "./en.js";
import { zh } from "./zh.js";

const languages: Readonly<Record<string, Strings>> = { en, zh };

/** `en` or `zh`: as the address says, or else the browser. */
export const language = computed(() => {
  const wanted = choice("lang", navigator.language.slice(0, 2));
  return wanted in languages ? wanted : "en";
});

export const strings = computed<Strings>(() => languages[language.value]!);
