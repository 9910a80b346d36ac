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
  const size = (value: unknown) => (typeof value === "number" ? sizeOf(value) : "");
  const tenths = (value: unknown) => (typeof value === "number" ? Math.round(10 * value) / 10 : "");
  const thousandths = (value: unknown) => (typeof value === "number" ? Math.round(1000 * value) / 1000 : "");
  const told: readonly (readonly [head: string, of: (model: Model) => string | number])[] = [
    [columns.model, ({ model }) => model],
    [columns.kind, ({ kind }) => kind],
    [columns.run, ({ facts }) => String(facts.run ?? "")],
    [columns.terms, ({ summary }) => number(summary.terms)],
    [columns.vectorSize, ({ summary }) => number(summary.vectorSize)],
    [columns.loss, ({ facts }) => number(facts.loss)],
    [columns.heldOut, ({ facts }) => number(facts.heldOutLoss)],
    [`${compare.seconds} (${columns.seconds})`, ({ facts }) => tenths(facts.seconds)],
    [`${compare.processor} (${columns.seconds})`, ({ facts }) => tenths(facts.processorSeconds)],
    [compare.memory, ({ facts }) => size(facts.memoryBytes)],
    ...scoreNames(all).map((score) => [score, ({ facts }: Model) => thousandths(scoresOf(facts)[score])] as const),
    [columns.bytes, ({ facts }) => size(facts.bytes)],
  ];
  const shown = told.filter(([, of]) => all.some((model) => of(model) !== ""));
  return (
    <>
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

type Scores = Readonly<Record<string, unknown>>;

/** What a comparison that was run over one text has told of a model. */
const scoresOf = ({ scores }: Model["facts"]): Scores => (scores ?? {}) as Scores;

const scoreNames = (all: readonly Model[]): string[] => [
  ...new Set(all.flatMap(({ facts }) => Object.keys(scoresOf(facts)))),
];

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
