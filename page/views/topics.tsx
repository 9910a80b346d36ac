import type { JSX } from "preact";
import { choice, choose } from "../address.js";
import { Bars } from "../parts/bars.js";
import { Controls, Field, Select } from "../parts/controls.js";
import { Note, Refused } from "../parts/note.js";
import { Picture } from "../parts/picture.js";
import { Term } from "../parts/term.js";
import { modelsFor, stampOf } from "../stamps.js";
import { strings } from "../strings/strings.js";
import { useAnswer } from "../useAnswer.js";

interface Topic {
  /** The model's own number. */
  readonly topic: number;
  readonly name?: string;
  readonly share: number;
  readonly terms: readonly { readonly term: string; readonly probability: number }[];
}

const COUNTS = ["10", "20", "30"];
const LAMBDA = "0.6";

/** The topics of a model, with their shares and their first terms. */
export function View(): JSX.Element {
  const { topics, fields, app } = strings.value;
  const able = modelsFor("topics");
  const names = able.map(({ model }) => model);
  const model = choice("model", names[0]);
  const lambda = choice("lambda", LAMBDA);
  const parameters = { model, lambda, k: choice("k", "10") };
  const { answer, refusal } = useAnswer<{ topics: Topic[] }>(
    able.length > 0 ? "topics" : undefined,
    parameters,
    stampOf(able),
  );
  if (able.length === 0) return <Note>{topics.none}</Note>;
  return (
    <>
      <Controls>
        {names.length > 1 && (
          <Select label={fields.model} name="model" options={names.map((name) => [name, name])} otherwise={names[0]!} />
        )}
        <Select label={topics.fewer} name="k" options={COUNTS.map((count) => [count, count])} otherwise="10" />
        <Field label={`${topics.relevance}: ${lambda}`}>
          <input
            type="range"
            class="wide"
            min="0"
            max="1"
            step="0.01"
            value={lambda}
            onInput={({ currentTarget }) =>
              choose({ lambda: currentTarget.value === LAMBDA ? "" : currentTarget.value })
            }
          />
        </Field>
      </Controls>
      {refusal && <Refused refusal={refusal} />}
      {!answer && !refusal && <Note>{app.waiting}</Note>}
      {answer && <All topics={answer.topics} />}
    </>
  );
}

const titleOf = ({ topic, name }: Topic): string => name ?? strings.value.topics.topic(topic);

function All({ topics: all }: { readonly topics: readonly Topic[] }): JSX.Element {
  const { topics, columns, percent } = strings.value;
  const rows = all.flatMap((topic) =>
    topic.terms.map(({ term, probability }) => [
      titleOf(topic),
      percent(topic.share),
      <Term key={term} text={term} />,
      probability,
    ]),
  );
  const head = [columns.topic, columns.share, columns.term, columns.probability];
  return (
    <Picture title={strings.value.views.topics} table={() => ({ caption: topics.all, head, rows })}>
      <p class="caption">{topics.all}</p>
      <div class="topics">
        {all.map((topic) => (
          <section key={topic.topic} aria-label={titleOf(topic)}>
            <div class="topic">
              <Circle share={topic.share} />
              <div>
                <h3>{titleOf(topic)}</h3>
                <p class="caption">{topics.share(percent(topic.share))}</p>
              </div>
            </div>
            <Bars
              view="word"
              bars={topic.terms.map(({ term, probability }) => ({
                term,
                value: probability,
                shown: probability.toFixed(4),
              }))}
            />
          </section>
        ))}
      </div>
    </Picture>
  );
}

const LARGEST = 27; // pixels, of a topic that is the whole corpus

const Circle = ({ share }: { readonly share: number }): JSX.Element => (
  <svg class="circle" width="56" height="56" viewBox="-28 -28 56 56" aria-hidden="true">
    <circle r={Math.max(2, LARGEST * Math.sqrt(Math.min(1, share)))} />
  </svg>
);
