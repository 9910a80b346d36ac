import type { ScoringSettings } from "../../operators/documents/searchDocuments.js";
import type { SearchIndex } from "../../schemas/index.js";
import { builtIn } from "../config/registry.js";
import { loadValue } from "./loadValue.js";
import { TextSearch } from "./textSearch.js";

/** The index of a file or a run, to be asked with texts. */
export async function openSearch(path: string, scoring: ScoringSettings): Promise<TextSearch> {
  const index = (await loadValue(builtIn.kinds.get("searchIndex")!, path)) as SearchIndex;
  return new TextSearch(path, index, scoring, builtIn);
}
