import { searchedIndex } from "../../kernels/search/searchedIndex.js";
import { type ScoringSettings, searcherWith } from "../../operators/documents/searchDocuments.js";
import type {
  DocumentField,
  DocumentSearcher,
  ScorePart,
  SearchedIndex,
  SearchIndex,
  SemanticSpace,
} from "../../schemas/index.js";
import { type Known, textStepsOf, tokensOfTexts } from "./textSteps.js";

export interface FoundDocument {
  /** From 1. */
  readonly rank: number;
  readonly document: number;
  readonly score: number;
  /** Left out where the index knows none. */
  readonly id?: string | null;
  readonly fields?: Readonly<Record<string, DocumentField>>;
  readonly parts?: readonly ScorePart[];
}

export interface SearchedText {
  readonly hits: readonly FoundDocument[];
  /** Words of the query that the index does not know, each once. */
  readonly unknown: readonly string[];
}

export interface SearchRequest {
  readonly k: number;
  /** Tell what each score is the sum of. */
  readonly explain?: boolean;
}

/** How documents are ranked. */
export interface TextRanking {
  readonly scoring: ScoringSettings;
  /** The cosine there, in the place of `scoring`. */
  readonly space?: SemanticSpace | undefined;
}

/** An index that is asked with texts, cut as those that it was made of. State: the index, or what is read of its file, and 28 bytes for each of its documents, or 4 for each dimension of a space. */
export class TextSearch {
  readonly #who: string;
  readonly #index: SearchedIndex;
  readonly #searcher: Required<DocumentSearcher>;
  readonly #known: Known;
  #steps: ReturnType<typeof textStepsOf> | undefined;

  constructor(who: string, index: SearchIndex | SearchedIndex, known: Known, { scoring, space }: TextRanking) {
    this.#who = who;
    this.#index = searchedIndex(index);
    this.#known = known;
    this.#searcher = searcherWith(this.#index, scoring, space);
  }

  /** @throws TypeError if the index does not tell the steps that made tokens of its texts */
  async search(texts: readonly string[], { k, explain = false }: SearchRequest): Promise<SearchedText[]> {
    this.#steps ??= textStepsOf(this.#who, this.#index, this.#known);
    const queries = await tokensOfTexts(texts, await this.#steps);
    return queries.map((tokens) => ({
      hits: this.#found(tokens, k, explain),
      unknown: [...new Set(tokens)].filter((token) => this.#index.placeOf(token) === undefined),
    }));
  }

  close(): void {
    this.#index.close?.();
  }

  #found(tokens: readonly string[], k: number, explain: boolean): FoundDocument[] {
    return this.#searcher.search(tokens, k).map(({ document, score }, place) => {
      const { id, fields } = this.#index.entryOf(document);
      return {
        rank: place + 1,
        document,
        ...(id === undefined ? {} : { id }),
        score,
        ...(fields ? { fields } : {}),
        ...(explain ? { parts: this.#searcher.explain(tokens, document) } : {}),
      };
    });
  }
}
