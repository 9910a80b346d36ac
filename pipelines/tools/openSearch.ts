import { searchIndex } from "../../kinds/searchIndex.js";
import type { ScoringSettings } from "../../operators/documents/searchDocuments.js";
import type { SearchIndex, SemanticSpace } from "../../schemas/index.js";
import { openIndexFile } from "../../storage/search/indexFile.js";
import { readWhole } from "../../storage/tables/wholeTable.js";
import { builtIn } from "../config/registry.js";
import { checkedFile, loadValue } from "./loadValue.js";
import { TextSearch } from "./textSearch.js";

/** How documents are ranked. */
export interface Ranking {
  readonly scoring: ScoringSettings;
  /** The file of a space of LSA, or a run that made one: the cosine there, in the place of `scoring`. */
  readonly space?: string | undefined;
}

/**
 * The index of a file or a run, to be asked with texts. One in an Arrow file of ours stays there, and its postings are read when a query asks for
 * them; not so for a space, which has a place of its own for every document and so needs all of them.
 */
export async function openSearch(path: string, { scoring, space }: Ranking): Promise<TextSearch> {
  const file = await checkedFile(searchIndex, path);
  if (space !== undefined) {
    const within = (await loadValue(builtIn.kinds.get("semanticSpace")!, space)) as SemanticSpace;
    return new TextSearch(path, await readIndex(file), builtIn, { scoring, space: within });
  }
  return new TextSearch(path, (await openIndexFile(file)) ?? (await readIndex(file)), builtIn, { scoring });
}

const readIndex = (file: string): Promise<SearchIndex> => readWhole(searchIndex, file);
