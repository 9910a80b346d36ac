import type { JSX } from "preact";
import { choice } from "../address.js";
import type { Near } from "../api.js";
import { Controls, Many, Select } from "../parts/controls.js";
import { type NeighborList, NeighborLists } from "../parts/neighborLists.js";
import { Note, Refused } from "../parts/note.js";
import { Picture } from "../parts/picture.js";
import { TermLink } from "../parts/term.js";
import { TextField } from "../parts/textField.js";
import { chosenModels, modelsFor, stampOf } from "../stamps.js";
import { strings } from "../strings/strings.js";
import { useAnswers } from "../useAnswer.js";

const METHODS = ["3CosAdd", "3CosMul"] as const;

/** a is to b as c is to what, in each model. */
export function View(): JSX.Element {
  const { analogy, fields } = strings.value;
  const able = modelsFor("analogy");
  if (able.length === 0) return <Note>{analogy.none}</Note>;
  const chosen = chosenModels(able, choice("models"));
  const [a, b, c] = ["a", "b", "c"].map((name) => choice(name)) as [string, string, string];
  return (
    <>
      <p>{analogy.explain}</p>
      <Controls>
        <TextField label={analogy.a} name="a" />
        <TextField label={analogy.b} name="b" />
        <TextField label={analogy.c} name="c" />
        <Select label={fields.method} name="method" options={METHODS.map((name) => [name, name])} otherwise="3CosAdd" />
        <Many label={fields.models} name="models" all={able.map(({ model }) => model)} />
      </Controls>
      {a && b && c ? (
        <Answers terms={[a, b, c]} names={chosen.map(({ model }) => model)} stamp={stampOf(chosen)} />
      ) : (
        <Note>{analogy.start}</Note>
      )}
    </>
  );
}

interface AnswersProps {
  readonly terms: readonly [string, string, string];
  readonly names: readonly string[];
  readonly stamp: string;
}

function Answers({ terms: [a, b, c], names, stamp }: AnswersProps): JSX.Element {
  const { analogy, columns } = strings.value;
  const method = choice("method", "3CosAdd");
  const answers = useAnswers<{ answers: Near[] }>("analogy", names, { a, b, c, method, k: 10 }, stamp);
  const lists: NeighborList[] = [...answers].flatMap(([model, { answer }]) =>
    answer ? [{ model, neighbors: answer.answers }] : [],
  );
  const title = analogy.answers(a, b, c);
  const rows = lists.flatMap(({ model, neighbors }) =>
    neighbors.map(({ term, score }) => [model, <TermLink key={term} text={term} />, score]),
  );
  return (
    <>
      {lists.length > 0 && (
        <Picture
          title={title}
          table={() => ({ caption: title, head: [columns.model, columns.found, columns.score], rows })}
        >
          <NeighborLists lists={lists} />
        </Picture>
      )}
      {[...answers].map(([model, { refusal }]) =>
        refusal ? <Refused key={model} model={model} refusal={refusal} /> : null,
      )}
    </>
  );
}
