import type { JSX } from "preact";
import { type Model, models, type Near } from "../api.js";
import { Note } from "../parts/note.js";
import { Table } from "../parts/picture.js";
import { sizeOf } from "../parts/sizes.js";
import { Term } from "../parts/term.js";
import { modelsFor, stampOf } from "../stamps.js";
import { strings } from "../strings/strings.js";
import { useAnswers } from "../useAnswer.js";
import type { ViewProps } from "./viewProps.js";

const NEIGHBORS = 8;

/** Every model in one table, and one word's neighbours in each. */
export function View({ about }: ViewProps): JSX.Element {
  const { compare, columns } = strings.value;
  const all = models.value ?? [];
  if (all.length === 0) return <Note>{compare.none}</Note>;
  const number = (value: unknown) => (typeof value === "number" ? value : "");
  const told: readonly (readonly [head: string, of: (model: Model) => string | number])[] = [
    [columns.model, ({ model }) => model],
    [columns.kind, ({ kind }) => kind],
    [columns.run, ({ facts }) => String(facts.run ?? "")],
    [columns.terms, ({ summary }) => number(summary.terms)],
    [columns.vectorSize, ({ summary }) => number(summary.vectorSize)],
    [columns.loss, ({ facts }) => number(facts.loss)],
    [columns.heldOut, ({ facts }) => number(facts.heldOutLoss)],
    [`${compare.seconds} (${columns.seconds})`, ({ facts }) => whole(facts.seconds)],
    [columns.bytes, ({ facts }) => size(facts.bytes)],
  ];
  const shown = told.filter(([, of]) => all.some((model) => of(model) !== ""));
  return (
    <>
      <Scores all={all} />
      <Table
        caption={compare.models}
        head={shown.map(([head]) => head)}
        rows={all.map((model) => shown.map(([, of]) => of(model)))}
      />
      {shown.some(([head]) => head === columns.loss) && <p class="caption">{compare.losses}</p>}
      {about !== "" && <Neighbors term={about} />}
    </>
  );
}

const size = (value: unknown) => (typeof value === "number" ? sizeOf(value) : "");
const whole = (value: unknown) => (typeof value === "number" ? Math.ceil(value) : "");

type ByColumn = Readonly<Record<string, number>>;
const scoresOf = ({ scores }: Model["facts"]) => scores as ByColumn | undefined;

/** What a comparison over one text has told of its runs; nothing where there was none. */
function Scores({ all }: { readonly all: readonly Model[] }): JSX.Element | null {
  const { compare, columns } = strings.value;
  const runs = new Map(all.filter(({ facts }) => scoresOf(facts)).map(({ facts }) => [String(facts.run), facts]));
  if (runs.size === 0) return null;
  const names = [...new Set([...runs.values()].flatMap((facts) => Object.keys(scoresOf(facts)!)))];
  const took = [compare.seconds, compare.processor].map((name) => `${name} (${columns.seconds})`);
  const rows = [...runs].map(([run, facts]) => [
    ...[run, ...names.map((name) => scoresOf(facts)![name] ?? "")],
    ...[whole(facts.seconds), whole(facts.processorSeconds), size(facts.memoryBytes)],
  ]);
  return <Table caption={compare.scores} head={[columns.run, ...names, ...took, compare.memory]} rows={rows} />;
}

function Neighbors({ term }: { readonly term: string }): JSX.Element {
  const { compare, columns } = strings.value;
  const able = modelsFor("neighbors");
  const names = able.map(({ model }) => model);
  const answers = useAnswers<{ neighbors: Near[] }>("neighbors", names, { term, k: NEIGHBORS }, stampOf(able));
  const rows = [...answers].map(([model, { answer, refusal }]) => [
    model,
    <span key={model}>
      {answer
        ? answer.neighbors.map(({ term: near, score }) => (
            <span key={near} class="near">
              <Term text={near} /> {score.toFixed(2)}
            </span>
          ))
        : refusal?.message}
    </span>,
  ]);
  return <Table caption={`${compare.word} ${term}`} head={[columns.model, columns.neighbours]} rows={rows} />;
}
