import type { JSX } from "preact";
import { choice } from "../address.js";
import { modelsFor, stampOf } from "../stamps.js";
import { strings } from "../strings/strings.js";
import { useAnswer } from "../useAnswer.js";
import { Controls, Select } from "./controls.js";
import { HeatTable } from "./heatTable.js";
import { Note, Refused } from "./note.js";
import { Picture } from "./picture.js";
import { Term } from "./term.js";
import { TextField } from "./textField.js";

interface Attention {
  readonly layer: number;
  readonly terms: readonly string[];
  /** Of each head, how much each term looks at each. */
  readonly heads: readonly (readonly (readonly number[])[])[];
}

/** Which terms of a sentence a language model looks at, in one layer; nothing where no model here tells. */
export function AttentionOfText(): JSX.Element | null {
  const { context, fields } = strings.value;
  const able = modelsFor("attention");
  const names = able.map(({ model }) => model);
  const text = choice("text");
  const parameters = { text, model: choice("model", names[0]), layer: choice("layer") || undefined };
  const path = able.length > 0 && text !== "" ? "attention" : undefined;
  const { answer, refusal } = useAnswer<Attention>(path, parameters, stampOf(able));
  if (able.length === 0) return null;
  return (
    <>
      <h2>{context.attention}</h2>
      <Controls>
        <TextField label={context.sentence} name="text" wide />
        {names.length > 1 && (
          <Select label={fields.model} name="model" options={names.map((name) => [name, name])} otherwise={names[0]!} />
        )}
        <TextField label={context.layer} name="layer" type="number" />
        {answer && <Heads count={answer.heads.length} />}
      </Controls>
      {text === "" && <Note>{context.start}</Note>}
      {refusal && <Refused refusal={refusal} />}
      {answer && <Looks answer={answer} />}
    </>
  );
}

const MEAN = "mean";

function Heads({ count }: { readonly count: number }): JSX.Element {
  const { context } = strings.value;
  const heads = Array.from({ length: count }, (_, head) => [String(head + 1), String(head + 1)] as const);
  return <Select label={context.head} name="head" options={[[MEAN, context.mean], ...heads]} otherwise={MEAN} />;
}

function Looks({ answer: { layer, terms, heads } }: { readonly answer: Attention }): JSX.Element {
  const { context, columns } = strings.value;
  const head = heads[Number(choice("head", MEAN)) - 1];
  const weights = head ?? meanOf(heads);
  const title = context.title(layer);
  const rows = terms.flatMap((from, row) =>
    terms.map((to, column) => [<Term key={from} text={from} />, <Term key={to} text={to} />, weights[row]![column]!]),
  );
  const places = terms.map((term, place) => `${place + 1} ${term}`);
  return (
    <Picture title={title} table={() => ({ caption: title, head: [context.from, context.to, columns.weight], rows })}>
      <p class="caption">{context.warning}</p>
      <HeatTable
        caption={title}
        rows={places}
        columns={places}
        values={weights}
        shown={(value) => (value === 0 ? "" : value.toFixed(2))}
      />
    </Picture>
  );
}

const meanOf = (heads: Attention["heads"]): number[][] =>
  heads[0]!.map((row, from) =>
    row.map((_, to) => heads.reduce((sum, head) => sum + head[from]![to]!, 0) / heads.length),
  );
