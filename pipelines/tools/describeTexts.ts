import { Observable, type OperatorFunction, Subject } from "rxjs";
import { currentScope } from "../../runtime/flow.js";
import { Ledger } from "../../runtime/ledger.js";
import { run } from "../../runtime/run.js";
import { fillOptions, type Kinds, type TextBatch } from "../../schemas/index.js";
import { guessFormat } from "../../sources/documents/fileFormats.js";
import { listFiles } from "../../sources/documents/listFiles.js";
import { makeUnit } from "../config/makeUnit.js";
import { builtIn } from "../config/registry.js";
import { forLanguage } from "../config/trainConfig.js";
import { guessLanguage, languageOf } from "./guessLanguage.js";

type Options = Readonly<Record<string, unknown>>;

export interface DescribeRequest<Name extends "keywords" | "summaries"> {
  /** The operator that makes rows of text, by its name, and its options; without a language, that is guessed. */
  readonly unit: { readonly name: string; readonly makes: Name; readonly options: Options };
  /** Files, globs and folders; none for standard input. */
  readonly files: readonly string[];
  /** Options of the source. A file of plain text is one document, unless a format is stated. */
  readonly source: Options;
  readonly signal?: AbortSignal;
  /** Sees the rows of documents as they come, and whether there can be but one document. */
  readonly onRows: (rows: Kinds[Name], isSingle: boolean) => void;
}

/**
 * Finds keywords or summaries of texts without a config, and tells what the run counted.
 * @throws TypeError, RangeError for an option that is wrong, or files of which some are plain text and some hold records
 */
export async function describeTexts<Name extends "keywords" | "summaries">(
  request: DescribeRequest<Name>,
): Promise<Ledger> {
  const { unit, files, signal, onRows } = request;
  const operator = builtIn.units.get(unit.name)!;
  const { source, isSingle, language } = files.length > 0 ? await ofFiles(request) : ofPipe(request);
  const ledger = new Ledger();
  const make = (language: string) =>
    makeUnit(
      operator,
      {},
      fillOptions(operator, { ...forLanguage(operator, language, unit.options), ...unit.options }),
      {
        epoch: 0,
      },
    ) as OperatorFunction<TextBatch, Kinds[Name]>;
  const rows$ = source.pipe(language ? make(language) : byFirstBatch((first) => make(languageOf(first))));
  await run(rows$, { ledger, onEvent: (rows) => onRows(rows, isSingle), ...(signal ? { signal } : {}) });
  return ledger;
}

type Asked = Pick<DescribeRequest<never>, "files" | "source"> & {
  readonly unit: { readonly name: string; readonly options: Options };
};

interface Opened {
  readonly source: Observable<TextBatch>;
  readonly isSingle: boolean;
  /** Undefined where only the text will tell. */
  readonly language: string | undefined;
}

async function ofFiles({ unit, files, source: given }: Asked): Promise<Opened> {
  const source = builtIn.units.get("files")!;
  const found = (await listFiles(files, unit.name)).map(({ path }) => path);
  const options = { format: formatOf(unit.name, found), id: "@position", ...given, paths: files };
  const filled = fillOptions(source, options);
  const language = unit.options.language ?? (await guessLanguage(source, "paths", { ...filled, paths: files }));
  return {
    source: makeUnit(source, {}, filled, { epoch: 0 }) as Observable<TextBatch>,
    isSingle: options.format === "file" && found.length === 1,
    language: language as string,
  };
}

function ofPipe({ unit, source: given }: Asked): Opened {
  const source = builtIn.units.get("stdin")!;
  const filled = fillOptions(source, { format: "file", ...given });
  return {
    source: makeUnit(source, {}, filled, { epoch: 0 }) as Observable<TextBatch>,
    isSingle: filled.format === "file",
    language: unit.options.language as string | undefined,
  };
}

/** Whole files, where all are plain text; else what their names say. */
function formatOf(who: string, paths: readonly string[]): string {
  const plain = paths.filter((path) => guessFormat(path, false) === "lines");
  if (plain.length > 0 && plain.length < paths.length)
    throw new RangeError(`${who}: format must be stated for plain text beside records, got ${plain[0]} among others`);
  return plain.length > 0 ? "file" : "auto";
}

/** An operator that is chosen by the first batch which reaches it. */
function byFirstBatch<In, Out>(choose: (first: In) => OperatorFunction<In, Out>): OperatorFunction<In, Out> {
  return (source) =>
    new Observable<Out>((subscriber) => {
      const scope = currentScope();
      let input: Subject<In> | undefined;
      const begin = (first: In) => {
        const batches = new Subject<In>();
        scope.within(() => batches.pipe(choose(first)).subscribe(subscriber));
        return batches;
      };
      return source.subscribe({
        next(batch) {
          input ??= begin(batch);
          input.next(batch);
        },
        error: (error) => (input ?? subscriber).error(error),
        complete: () => (input ?? subscriber).complete(),
      });
    });
}
