import type { JSX } from "preact";
import { choice } from "../address.js";
import { Bars } from "../parts/bars.js";
import { Controls, Select } from "../parts/controls.js";
import { HeatTable } from "../parts/heatTable.js";
import { Note, Refused } from "../parts/note.js";
import { decimal } from "../parts/numbers.js";
import { Picture } from "../parts/picture.js";
import { TermLink } from "../parts/term.js";
import { TextField } from "../parts/textField.js";
import { modelsFor } from "../stamps.js";
import { strings } from "../strings/strings.js";
import { useAnswer } from "../useAnswer.js";
import type { ViewProps } from "./viewProps.js";

interface Partners {
  readonly of: number;
  readonly partners: readonly { readonly term: string; readonly weight: number; readonly pmi: number }[];
}

const SHOWN = 40;
const IN_MATRIX = 12;
const LEAST_WEIGHT = "2";

/** What stands near a word: how often, and how much more often than by chance. */
export function View({ about }: ViewProps): JSX.Element {
  const { cooccurrence, fields } = strings.value;
  const able = modelsFor("cooccurrence");
  if (able.length === 0) return <Note>{cooccurrence.none}</Note>;
  const names = able.map(({ model }) => model);
  const orders = [
    ["pmi", cooccurrence.pmi],
    ["weight", cooccurrence.weight],
  ] as const;
  return (
    <>
      <Controls>
        {names.length > 1 && (
          <Select label={fields.model} name="model" options={names.map((name) => [name, name])} otherwise={names[0]!} />
        )}
        <Select label={fields.by} name="by" options={orders} otherwise="pmi" />
        <TextField label={cooccurrence.minWeight} name="min" otherwise={LEAST_WEIGHT} type="number" />
      </Controls>
      {about === "" ? <Note>{cooccurrence.start}</Note> : <About term={about} model={choice("model", names[0])} />}
    </>
  );
}

interface AboutProps {
  readonly term: string;
  readonly model: string;
}

function About({ term, model }: AboutProps): JSX.Element {
  const { cooccurrence, columns, app } = strings.value;
  const by = choice("by", "pmi") as "pmi" | "weight";
  const parameters = { term, model, by, minWeight: choice("min", LEAST_WEIGHT), k: SHOWN };
  const { answer, refusal } = useAnswer<Partners>("cooccurrence", parameters);
  if (refusal) return <Refused refusal={refusal} />;
  if (!answer) return <Note>{app.waiting}</Note>;
  const title = cooccurrence.title(term);
  const rows = answer.partners.map((each) => [<TermLink key={each.term} text={each.term} />, each.pmi, each.weight]);
  const written = writtenAlike(answer.partners.map(({ weight }) => weight));
  const bars = answer.partners.map((each) => ({
    ...{ term: each.term, value: each[by] },
    shown: `${decimal(each.pmi, 2)} · ${written(each.weight)}`,
  }));
  return (
    <>
      <Picture
        title={title}
        table={() => ({ caption: title, head: [columns.term, columns.pmi, columns.weight], rows })}
      >
        <p class="caption">
          {cooccurrence.of(answer.partners.length, answer.of)} {columns.pmi} · {columns.weight}
        </p>
        <Bars bars={bars} view="cooccurrence" />
      </Picture>
      <Pairs terms={[term, ...answer.partners.slice(0, IN_MATRIX).map((each) => each.term)]} model={model} />
    </>
  );
}

interface PairsProps {
  readonly terms: readonly string[];
  readonly model: string;
}

function Pairs({ terms: asked, model }: PairsProps): JSX.Element | null {
  const { cooccurrence } = strings.value;
  const parameters = { terms: asked.join(","), model };
  const { answer } = useAnswer<{ terms: string[]; weights: number[][] }>("cells", parameters);
  if (!answer || answer.terms.length < 2) return null;
  const { terms, weights } = answer;
  const written = writtenAlike(weights.flat());
  const shown = (value: number) => (value === 0 ? "" : written(value));
  return (
    <section aria-label={cooccurrence.pairs}>
      <h2>{cooccurrence.pairs}</h2>
      <HeatTable caption={cooccurrence.pairs} rows={terms} columns={terms} values={weights} shown={shown} />
    </section>
  );
}

/** Counts as whole numbers, sums of parts all to one digit behind the point. */
function writtenAlike(weights: readonly number[]): (weight: number) => string {
  const digits = weights.every(Number.isInteger) ? 0 : 1;
  return (weight) => decimal(weight, digits);
}
