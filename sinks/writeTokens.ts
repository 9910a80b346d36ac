import type { OperatorFunction } from "rxjs";
import { writeThrough } from "../runtime/writeThrough.js";
import { boolean, oneOf, text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf, show } from "../schemas/options.js";
import type { TokenBatch } from "../schemas/tokens.js";
import { defineUnit } from "../schemas/units.js";
import { TextFile } from "../storage/files/textFile.js";

export const writeTokensSchema = defineUnit({
  name: "writeTokens",
  kind: "sink",
  reads: "tokens",
  makes: "tokens",
  summary: "Writes tokens as text with spaces between them, which fastText, GloVe and word2vec read",
  paper: "Input of fastText (Bojanowski et al. 2017; labels: Joulin et al. 2017), GloVe and word2vec.c",
  fields: {
    path: text({
      description: "File to write; packed with gzip if it ends in .gz",
      file: "output",
      example: "tokens.txt",
    }),
    line: oneOf(["sentence", "document"], { default: "sentence", description: "What a line holds" }),
    labels: boolean({
      default: false,
      description: "Begin each line with the labels of its document, as fastText reads them: __label__sports",
    }),
    spaces: oneOf(["refuse", "underscore"], {
      default: "refuse",
      description:
        "What becomes of a token or label that holds white space: the run ends there, or each such place is a _",
    }),
  },
  requireTerms: ({ path, spaces = "refuse" }, terms): void => {
    for (const term of terms) written(term, { path, spaces });
  },
  create: (_, options): OperatorFunction<TokenBatch, TokenBatch> => writeTokens(options),
});

export type WriteTokensOptions = OptionsOf<typeof writeTokensSchema>;
type Settings = SettingsOf<typeof writeTokensSchema>;

const LABEL = "__label__";
/** What fastText takes for the end of a token. */
const whiteSpace = /[ \t\n\v\f\r\0]/;
const allWhiteSpace = new RegExp(whiteSpace, "g");

/**
 * Writes tokens as lines of text, and passes each batch on once it was written. A sentence without tokens has no line; with `line:
 * document` each document has one, be it empty, so that their numbers are those of the lines.
 *
 * In, out: TokenBatch. State: the lines of one batch, and 1 MiB of what was written. Tokens whose term the lexicon no longer knows have
 * no text, and are counted as `warnings`.
 * Completes when the file is on the disk under its name; counts `rows`, its lines, on the ledger's child of the path.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; through the stream, RangeError for a
 *   token that would be read as another one or as two, TypeError if there are to be labels and the source was not asked for them
 * @example
 *   tokens$.pipe(writeTokens({ path: "corpus.txt" }))
 */
export function writeTokens(options: WriteTokensOptions): OperatorFunction<TokenBatch, TokenBatch> {
  const settings = parseOptions(writeTokensSchema, options);
  const { path } = settings;
  return writeThrough("writeTokens", (scope) => {
    const file = new TextFile(path);
    const lines = new TokenLines(settings);
    return {
      write(batch) {
        file.write(lines.textOf(batch));
      },
      finish() {
        file.write(lines.end());
        file.commit();
        const ledger = scope.ledger.child(path);
        ledger.add("rows", lines.count);
        if (lines.unknown > 0) ledger.add("warnings", lines.unknown);
        scope.took(lines.tokens);
      },
      abandon: () => file.discard(),
    };
  });
}

/** Tokens as lines. State: the labels of the document under way. */
class TokenLines {
  readonly #settings: Settings;
  #labels: readonly string[] = [];
  /** A line was begun and not ended. */
  #isOpen = false;
  /** Nothing stands on the line. */
  #isBlank = true;
  /** Pieces of the text of a batch. */
  #pieces: string[] = [];
  /** Lines so far. */
  count = 0;
  /** Tokens so far. */
  tokens = 0;
  /** Those without a text. */
  unknown = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  textOf(batch: TokenBatch): string {
    const { lexicon, ids, sentenceOffsets, documentOffsets } = batch;
    const texts = new Map(Array.from(new Set(ids), (id) => [id, this.#wordOf(lexicon.term(id))]));
    let sentence = 0;
    let document = 0;
    for (let i = 0; i <= ids.length; i++) {
      for (; documentOffsets[document] === i; document++) this.#startDocument(batch, document);
      for (; sentenceOffsets[sentence] === i; sentence++) if (this.#settings.line === "sentence") this.#endLine();
      if (i < ids.length) this.#addToken(texts.get(ids[i]!));
    }
    return this.#take();
  }

  /** The end of the last line. */
  end(): string {
    this.#endLine();
    return this.#take();
  }

  #startDocument({ documents }: TokenBatch, index: number): void {
    const { path, line, labels } = this.#settings;
    this.#endLine();
    if (labels && !documents?.labels)
      throw new TypeError(
        `writeTokens: ${path} must be told of labels by the source's option labels, got none of them`,
      );
    if (labels) this.#labels = documents!.labels![index]!.map((label) => LABEL + written(label, this.#settings));
    if (line === "document") this.#startLine();
  }

  #wordOf(term: string | undefined): string | undefined {
    if (this.#settings.labels && term?.startsWith(LABEL))
      throw new RangeError(
        `writeTokens: ${this.#settings.path} must hold no token that reads as a label, got ${show(term)}`,
      );
    return term === undefined ? undefined : written(term, this.#settings);
  }

  #addToken(word: string | undefined): void {
    this.tokens++;
    if (word === undefined) {
      this.unknown++;
      return;
    }
    if (!this.#isOpen) this.#startLine();
    this.#add(word);
  }

  #startLine(): void {
    this.#isOpen = true;
    this.#isBlank = true;
    this.count++;
    for (const label of this.#labels) this.#add(label);
  }

  #add(word: string): void {
    this.#pieces.push(this.#isBlank ? word : ` ${word}`);
    this.#isBlank = false;
  }

  #endLine(): void {
    if (this.#isOpen) this.#pieces.push("\n");
    this.#isOpen = false;
  }

  #take(): string {
    const text = this.#pieces.join("");
    this.#pieces = [];
    return text;
  }
}

/** @throws RangeError for what would be read as two words, or as none */
function written(word: string, { path, spaces }: Pick<Settings, "path" | "spaces">): string {
  const fitting = spaces === "underscore" ? word.replaceAll(allWhiteSpace, "_") : word;
  if (fitting !== "" && !whiteSpace.test(fitting)) return fitting;
  throw new RangeError(
    `writeTokens: ${path} must hold words that are not empty and have no white space, got ${show(word)}; spaces: underscore writes _ instead`,
  );
}
