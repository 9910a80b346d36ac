import type { JSX } from "preact";
import { choice } from "../address.js";
import { Controls, Many } from "../parts/controls.js";
import { HeatTable } from "../parts/heatTable.js";
import { Note, Refused } from "../parts/note.js";
import { decimal } from "../parts/numbers.js";
import { Picture } from "../parts/picture.js";
import { Term } from "../parts/term.js";
import { TextField } from "../parts/textField.js";
import { chosenModels, modelsFor, stampOf } from "../stamps.js";
import { strings } from "../strings/strings.js";
import { useAnswers } from "../useAnswer.js";

interface Matrix {
  readonly terms: readonly string[];
  readonly cosines: readonly (readonly number[])[];
}

/** The cosines of some words with each other, in each model. */
export function View(): JSX.Element {
  const { matrix, fields } = strings.value;
  const able = modelsFor("matrix");
  const chosen = chosenModels(able, choice("models"));
  const terms = choice("terms").replaceAll("，", ",");
  const names = terms === "" ? [] : chosen.map(({ model }) => model);
  const answers = useAnswers<Matrix>("matrix", names, { terms }, stampOf(chosen));
  if (able.length === 0) return <Note>{matrix.none}</Note>;
  return (
    <>
      <Controls>
        <TextField label={fields.terms} name="terms" wide />
        <Many label={fields.models} name="models" all={able.map(({ model }) => model)} />
      </Controls>
      {terms === "" && <Note>{matrix.start}</Note>}
      {[...answers].map(([model, { answer, refusal }]) =>
        answer ? (
          <Cosines key={model} model={model} answer={answer} />
        ) : (
          <Refused key={model} model={model} refusal={refusal!} />
        ),
      )}
    </>
  );
}

function Cosines({
  model,
  answer: { terms, cosines },
}: {
  readonly model: string;
  readonly answer: Matrix;
}): JSX.Element {
  const { matrix, columns } = strings.value;
  const title = matrix.title(model);
  const rows = terms.flatMap((a, row) =>
    terms
      .slice(row + 1)
      .map((b, k) => [<Term key={a} text={a} />, <Term key={b} text={b} />, cosines[row]![row + 1 + k]!]),
  );
  return (
    <Picture title={title} table={() => ({ caption: title, head: [columns.term, columns.term, columns.score], rows })}>
      <HeatTable caption={title} rows={terms} columns={terms} values={cosines} shown={(value) => decimal(value, 2)} />
    </Picture>
  );
}
