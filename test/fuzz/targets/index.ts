import { config } from "./config.js";
import { conservation } from "./conservation.js";
import { readers } from "./readers.js";
import { anyBytes, plainText, recordText } from "./text.js";
import { normalizer, tokens } from "./tokens.js";
import { cooccurrence, windows } from "./windows.js";

export const targets = [
  config,
  readers,
  conservation,
  plainText,
  recordText,
  anyBytes,
  tokens,
  normalizer,
  windows,
  cooccurrence,
];
