import { kinds } from "../../kinds/kinds.js";
import type { DataKind, Kind } from "../../schemas/kinds.js";
import { readCooccurrence } from "../../storage/cooccurrence/readCooccurrence.js";
import { readVocabulary } from "../../storage/cooccurrence/readVocabulary.js";
import { vocabularyBeside } from "../../storage/cooccurrence/vocabularyBeside.js";
import { readContextVectors } from "../../storage/documents/readContextVectors.js";
import { isFastTextFile } from "../../storage/fasttext/fastTextFile.js";
import { readFastTextClassifier } from "../../storage/fasttext/readFastText.js";
import { readLanguageModelFiles } from "../../storage/models/languageModelFiles.js";
import { isTableFile } from "../../storage/tables/tableFile.js";
import { readWhole } from "../../storage/tables/wholeTable.js";
import { readSubwords } from "../../storage/tokenizers/readSubwords.js";
import { readVectors } from "../../storage/vectors/readVectors.js";

/** Kinds whose files sinks know how to read, in all their formats; a new one is one line here. */
const loads: { readonly [K in Kind]?: DataKind<K>["load"] } = {
  vocabulary: readVocabulary,
  cooccurrence: async (path) => readCooccurrence(path, await readVocabulary(vocabularyBeside(path))),
  vectors: readVectors,
  contextVectors: readContextVectors,
  languageModel: readLanguageModelFiles,
  classifier: (path) => (isFastTextFile(path) ? readFastTextClassifier(path) : readWhole(kinds.classifier, path)),
  subwordVocabulary: (path) => (isTableFile(path) ? readWhole(kinds.subwordVocabulary, path) : readSubwords(path)),
};

/** How a file of a kind is read; undefined for a kind that sinks do not read. */
export function loadOf(kind: Kind): DataKind["load"] {
  return loads[kind] as DataKind["load"];
}
