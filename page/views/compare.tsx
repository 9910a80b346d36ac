import type { JSX } from "preact";
import { type Model, models, type Near } from "../api.js";
import { Note } from "../parts/note.js";
import { decimal, NONE, sizeOf } from "../parts/numbers.js";
import { Table } from "../parts/picture.js";
import { Sentence, Term } from "../parts/term.js";
import { modelsFor, stampOf } from "../stamps.js";
import { strings } from "../strings/strings.js";
import { useAnswer, useAnswers } from "../useAnswer.js";
import type { ViewProps } from "./viewProps.js";

const NEIGHBORS = 8;

/** Every model in one table, and one word's neighbours in each. */
export function View({ about }: ViewProps): JSX.Element {
  const { compare, columns } = strings.value;
  const all = models.value ?? [];
  if (all.length === 0) return <Note>{compare.none}</Note>;
  const told: readonly (readonly [head: string, of: (model: Model) => string | number])[] = [
    [columns.model, ({ model }) => model],
    [columns.kind, ({ kind }) => kind],
    [columns.run, ({ facts }) => String(facts.run ?? NONE)],
    [columns.terms, ({ summary }) => number(summary.terms)],
    [columns.vectorSize, ({ summary }) => number(summary.vectorSize)],
    [columns.loss, ({ facts }) => number(facts.loss)],
    [columns.heldOut, ({ facts }) => number(facts.heldOutLoss)],
    [compare.seconds, ({ facts }) => whole(facts.seconds)],
    [columns.bytes, ({ facts }) => size(facts.bytes)],
  ];
  const shown = told.filter(([, of]) => all.some((model) => of(model) !== NONE));
  return (
    <>
      <Comparisons />
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

const number = (value: unknown) => (typeof value === "number" ? value : NONE);
const size = (value: unknown) => (typeof value === "number" ? sizeOf(value) : NONE);
const whole = (value: unknown) => (typeof value === "number" ? Math.ceil(value) : NONE);

interface Comparison {
  readonly corpus: string;
  readonly columns: readonly { readonly name: string; readonly measure: string }[];
  readonly rows: readonly {
    readonly model: string;
    /** Why it failed. */
    readonly fault?: string;
    /** In the order of the columns; null where it has none. */
    readonly scores: readonly (number | null)[];
    readonly seconds?: number;
    readonly processorSeconds?: number;
    readonly memoryBytes?: number;
  }[];
}

/** What comparisons over one text have told of their models, of failed ones too. */
function Comparisons(): JSX.Element {
  const { compare } = strings.value;
  const { answer } = useAnswer<{ comparisons: Comparison[] }>("comparisons");
  const comparisons = answer?.comparisons ?? [];
  return (
    <>
      {comparisons.map((comparison, k) => (
        <Scores key={k} comparison={comparison} />
      ))}
      {comparisons.length > 0 && <p class="caption">{compare.noScore}</p>}
    </>
  );
}

function Scores({ comparison: { corpus, columns: scored, rows } }: { readonly comparison: Comparison }): JSX.Element {
  const { compare, columns } = strings.value;
  const head = [
    columns.model,
    ...scored.map(({ name, measure }) => compare.score(name, measure)),
    compare.seconds,
    compare.processor,
    compare.memory,
  ];
  const cells = rows.map(({ model, fault, scores, seconds, processorSeconds, memoryBytes }) => [
    ...[fault === undefined ? model : compare.failed(model), ...scores.map(number)],
    ...[whole(seconds), whole(processorSeconds), size(memoryBytes)],
  ]);
  const faults = rows.filter(({ fault }) => fault !== undefined);
  return (
    <>
      <Table caption={compare.scores(corpus)} head={head} rows={cells} />
      {faults.map(({ model, fault = "" }) => (
        <Note key={model}>
          <Sentence text={fault.startsWith(`${model}: `) ? fault : `${model}: ${fault}`} />
        </Note>
      ))}
    </>
  );
}

function Neighbors({ term }: { readonly term: string }): JSX.Element {
  const { app, compare, columns } = strings.value;
  const able = modelsFor("neighbors");
  const names = able.map(({ model }) => model);
  const answers = useAnswers<{ neighbors: Near[] }>("neighbors", names, { term, k: NEIGHBORS }, stampOf(able));
  const rows = [...answers].map(([model, { answer, refusal }]) => [
    model,
    <span key={model}>
      {answer
        ? answer.neighbors.map(({ term: near, score }) => (
            <span key={near} class="near">
              <Term text={near} /> {decimal(score, 2)}
            </span>
          ))
        : refusal && <Sentence text={app.said(refusal.message)} />}
    </span>,
  ]);
  return <Table caption={`${compare.word} ${term}`} head={[columns.model, columns.neighbours]} rows={rows} />;
}
