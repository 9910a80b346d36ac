import type { JSX } from "preact";
import { choice } from "../address.js";
import { modelsFor, stampOf } from "../stamps.js";
import { strings } from "../strings/strings.js";
import { useAnswer } from "../useAnswer.js";
import { Controls, Select } from "./controls.js";
import { Note, Refused } from "./note.js";
import { decimal } from "./numbers.js";
import { Picture } from "./picture.js";
import { type SensePoint, SensePoints } from "./sensePoints.js";
import { Sentence } from "./term.js";

interface Senses {
  readonly layer: number;
  readonly layers: readonly number[];
  readonly occurrences: number;
  readonly silhouette: number;
  readonly senses: readonly { readonly share: number; readonly sentences: readonly string[] }[];
  readonly points: readonly SensePoint[];
}

const COUNTS = ["1", "2", "3", "4", "5", "6"];

/** The places where a word stands as points, one group a sense, with typical sentences. */
export function SensesOfTerm({ about }: { readonly about: string }): JSX.Element {
  const { context, fields } = strings.value;
  const able = modelsFor("senses");
  const names = able.map(({ model }) => model);
  const model = choice("places", names[0]);
  const parameters = { term: about, model, layer: choice("of") || undefined, k: choice("k") || undefined };
  const path = able.length > 0 && about !== "" ? "senses" : undefined;
  const { answer, refusal } = useAnswer<Senses>(path, parameters, stampOf(able));
  if (able.length === 0) return <p class="caption">{context.senses}</p>;
  const counts = [["", context.asManyAsApart] as const, ...COUNTS.map((count) => [count, count] as const)];
  return (
    <>
      <Controls>
        {names.length > 1 && (
          <Select
            label={fields.model}
            name="places"
            options={names.map((name) => [name, name])}
            otherwise={names[0]!}
          />
        )}
        <Select label={context.groups} name="k" options={counts} otherwise="" />
        {answer && answer.layers.length > 1 && <Layers layers={answer.layers} />}
      </Controls>
      {about === "" && <Note>{context.startSenses}</Note>}
      {refusal && <Refused refusal={refusal} />}
      {answer && <Grouped term={about} answer={answer} />}
    </>
  );
}

function Layers({ layers }: { readonly layers: readonly number[] }): JSX.Element {
  const options = layers.map((layer) => [String(layer), String(layer)] as const);
  return <Select label={strings.value.context.ofLayer} name="of" options={options} otherwise={String(layers.at(-1))} />;
}

function Grouped({ term, answer }: { readonly term: string; readonly answer: Senses }): JSX.Element {
  const { context, percent } = strings.value;
  const { occurrences, points, senses, silhouette } = answer;
  const title = context.sensesOf(term);
  const described = context.grouped(points.length, occurrences, senses.length, decimal(silhouette, 2));
  const hasSentences = points.some(({ sentence }) => sentence !== term);
  const rows = points
    .map(({ sense, sentence, x, y }) => [sense + 1, <Sentence key={sentence} text={sentence} />, x, y] as const)
    .sort(([a], [b]) => a - b);
  const head = [context.sense, context.sentence, "x", "y"];
  return (
    <Picture title={title} table={() => ({ caption: described, head, rows })}>
      <p class="caption">{described}</p>
      {!hasSentences && <p class="caption">{context.noSentences}</p>}
      <SensePoints points={points} label={`${title}. ${described}`} />
      <div class="senses">
        {senses.map(({ share, sentences }, sense) => (
          <section key={sense} aria-label={context.senseNumber(sense + 1)}>
            <h3>
              <span class={`swatch sense-${sense}`} aria-hidden="true" /> {context.senseNumber(sense + 1)}{" "}
              <span class="caption">{context.ofPlaces(percent(share))}</span>
            </h3>
            {hasSentences && (
              <ul>
                {sentences.map((sentence) => (
                  <li key={sentence}>
                    <Sentence text={sentence} term={term} />
                  </li>
                ))}
              </ul>
            )}
          </section>
        ))}
      </div>
    </Picture>
  );
}
