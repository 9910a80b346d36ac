import type { ScoringSettings } from "../../operators/documents/searchDocuments.js";
import type { SearchIndex, SemanticSpace } from "../../schemas/index.js";
import { builtIn } from "../config/registry.js";
import { loadValue } from "./loadValue.js";
import { TextSearch } from "./textSearch.js";

/** How documents are ranked. */
export interface Ranking {
  readonly scoring: ScoringSettings;
  /** The file of a space of LSA, or a run that made one: the cosine there, in the place of `scoring`. */
  readonly space?: string | undefined;
}

/** The index of a file or a run, to be asked with texts. */
export async function openSearch(path: string, { scoring, space }: Ranking): Promise<TextSearch> {
  const index = (await loadValue(builtIn.kinds.get("searchIndex")!, path)) as SearchIndex;
  const within = space === undefined ? undefined : await loadValue(builtIn.kinds.get("semanticSpace")!, space);
  return new TextSearch(path, index, builtIn, { scoring, space: within as SemanticSpace | undefined });
}
