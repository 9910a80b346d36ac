import { printableLine } from "../kernels/text/printable.js";
import { builtIn, describeTexts, forLanguage, languagesOf, STDIN } from "../pipelines/index.js";
import { checkOptions, type Kinds, plural } from "../schemas/index.js";
import {
  type Command,
  type CommandOption,
  countNames,
  type Io,
  jsonOption,
  type Parsed,
  UsageError,
} from "./command.js";
import { requirePipe } from "./runTo.js";
import { optionValue } from "./unitOptions.js";

type Name = "keywords" | "summaries";
type Batch<N extends Name> = Kinds[N];

export interface DescribeForm<N extends Name, Row extends object> extends Pick<Command, "examples"> {
  /** The operator, whose name the command has. */
  readonly unit: string;
  readonly makes: N;
  /** What there is of it for each document, several of them. */
  readonly rows: string;
  readonly method: string;
  /** The counter of documents without any, and how that is told. */
  readonly without: { readonly counter: string; readonly told: string };
  readonly rowAt: (batch: Batch<N>, row: number) => Row;
  /** A document's rows in the order in which they are told, and each as a line. */
  readonly inOrder: (rows: readonly Row[]) => readonly Row[];
  readonly lineOf: (row: Row) => string;
}

/** A command that tells what texts are about, by an operator and without a config. */
export function describeCommand<N extends Name, Row extends object>(form: DescribeForm<N, Row>): Command {
  const { unit, makes, rows, without, examples = [] } = form;
  return {
    name: unit,
    usage: "FILE... [-k N] [--method NAME]",
    positionals: [1, Number.POSITIVE_INFINITY],
    options: optionsOf(form),
    examples,
    run: async (parsed, io) => {
      const isJson = parsed.flag("json");
      const ledger = await describeTexts({
        unit: { name: unit, makes, options: unitOptions(parsed, unit) },
        files: filesOf(parsed, io),
        source: given(parsed, sourceOptions),
        signal: io.signal,
        onRows: (batch, isSingle) => {
          for (const { rows: own, ...document } of documentsOf(batch, form))
            io.out(
              isJson
                ? `${JSON.stringify({ ...document, [rows]: own })}\n`
                : `${isSingle ? "" : heading(document)}${own.map(form.lineOf).join("")}`,
            );
        },
      });
      const count = ledger.get(without.counter);
      if (count > 0) io.stderr.write(`note: ${plural(count, "document")} ${without.told}\n`);
      return 0;
    },
  };
}

const operatorOptions = { method: "method", language: "language", "stop-words": "stopWords", k: "topN" } as const;
const sourceOptions = { format: "format", field: "field", id: "id", header: "header" } as const;

function optionsOf({ unit, rows, method }: Pick<DescribeForm<Name, object>, "unit" | "rows" | "method">) {
  const { fields } = builtIn.units.get(unit)!;
  const options: Readonly<Record<string, CommandOption>> = {
    k: {
      ...{ type: "string", short: "k", aliases: countNames, value: "N" },
      description: `How many ${rows} of a document at most (default ${fields.topN!.default})`,
    },
    method: { type: "string", value: "NAME", description: `${method} (default: ${defaultMethod(unit)})` },
    language: {
      ...{ type: "string", value: "NAME" },
      description: "Language of the text: english, chinese (default: by the share of Han characters in its beginning)",
    },
    "stop-words": { type: "string", value: "FILE", description: "Stop words, one a line, in place of the language's" },
    format: {
      ...{ type: "string", value: "FORMAT" },
      description: "What a document is: file, lines, csv, jsonl, ... (default: a file of plain text, records by name)",
    },
    field: { type: "string", value: "NAME|N", description: "Where a record holds the text" },
    id: { type: "string", value: "NAME|N", description: "Where a record holds its id (default: file and number)" },
    header: {
      type: "boolean",
      description: "The first record of CSV and TSV names the columns (default true, else --no-header)",
    },
    json: jsonOption,
  };
  return options;
}

/** What is taken where no method is given: `tfidf, for chinese phrases`. */
function defaultMethod(name: string): string {
  const unit = builtIn.units.get(name)!;
  const others = languagesOf([unit]).flatMap((language) => {
    const { method } = forLanguage(unit, language);
    return method === undefined ? [] : [`for ${language} ${method}`];
  });
  return [String(unit.fields.method!.default), ...others].join(", ");
}

function filesOf({ positionals, argv }: Parsed, { stdin }: Io): readonly string[] {
  const [command = ""] = argv;
  if (!positionals.includes(STDIN)) return positionals;
  if (positionals.length > 1) throw new UsageError(`${command}: - must be alone, got ${positionals.join(" ")}`);
  requirePipe(command, stdin);
  return [];
}

function unitOptions(parsed: Parsed, name: string): Record<string, unknown> {
  const unit = builtIn.units.get(name)!;
  const entries = Object.entries(given(parsed, operatorOptions));
  const options = Object.fromEntries(
    entries.map(([option, value]) => [option, optionValue(unit.fields[option]!, value)]),
  );
  const [fault] = checkOptions(unit, options);
  if (fault) throw new UsageError(`${name}: ${fault.message}`);
  return options;
}

/** What was given for some options, by the names that units have for them. */
function given(parsed: Parsed, names: Readonly<Record<string, string>>): Record<string, unknown> {
  const entries = Object.entries(names).map(([name, option]) => [option, parsed.value(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

interface Described<Row> {
  readonly document: number;
  readonly id: string;
  readonly rows: readonly Row[];
}

/** The documents of a batch, in their order. */
function documentsOf<N extends Name, Row extends object>(
  batch: Batch<N>,
  { rowAt, inOrder }: Pick<DescribeForm<N, Row>, "rowAt" | "inOrder">,
): Described<Row>[] {
  const found: { document: number; id: string; rows: Row[] }[] = [];
  batch.document.forEach((document, row) => {
    if (found.at(-1)?.document !== document) found.push({ document, id: batch.id[row]!, rows: [] });
    found.at(-1)!.rows.push(rowAt(batch, row));
  });
  return found.map((described) => ({ ...described, rows: inOrder(described.rows) }));
}

const heading = ({ id, document }: { id: string; document: number }): string =>
  `${printableLine(id === "" ? `document ${document}` : id)}\n`;
