import type { JSX } from "preact";
import { choice, linkTo } from "../address.js";
import type { Model, Near } from "../api.js";
import { Controls, Many, Select } from "../parts/controls.js";
import { joinedTerms, type NeighborList, NeighborLists } from "../parts/neighborLists.js";
import { Note, Refused } from "../parts/note.js";
import { Picture } from "../parts/picture.js";
import { Term, TermLink } from "../parts/term.js";
import { chosenModels, modelsFor, stampOf } from "../stamps.js";
import { strings } from "../strings/strings.js";
import { type Asked, useAnswer, useAnswers } from "../useAnswer.js";
import type { ViewProps } from "./viewProps.js";

interface Neighbors {
  readonly neighbors: readonly Near[];
  readonly madeOfSubwords?: boolean;
}

const COUNTS = ["5", "10", "20", "50"];

/** The words that each model puts near a word, side by side. */
export function View({ about }: ViewProps): JSX.Element {
  const { word, fields } = strings.value;
  const able = modelsFor("neighbors");
  const chosen = chosenModels(able, choice("models"));
  const names = chosen.map(({ model }) => model);
  if (able.length === 0) return <Note>{word.none}</Note>;
  return (
    <>
      <Controls>
        <Many label={fields.models} name="models" all={able.map(({ model }) => model)} />
        <Select label={fields.neighbours} name="k" options={COUNTS.map((count) => [count, count])} otherwise="10" />
      </Controls>
      {about === "" ? (
        <Note>{word.start}</Note>
      ) : (
        <About key={about} term={about} names={names} stamp={stampOf(chosen)} />
      )}
    </>
  );
}

interface AboutProps {
  readonly term: string;
  readonly names: readonly string[];
  readonly stamp: string;
}

function About({ term, names, stamp }: AboutProps): JSX.Element {
  const { word, app, columns } = strings.value;
  const answers = useAnswers<Neighbors>("neighbors", names, { term, k: choice("k", "10") }, stamp);
  if (answers.size === 0) return <Note>{app.waiting}</Note>;
  const lists: NeighborList[] = names.flatMap((model) => {
    const asked = answers.get(model);
    return asked?.answer ? [{ model, neighbors: asked.answer.neighbors, note: noteOf(asked) }] : [];
  });
  const shared = joinedTerms(lists);
  const all = new Set(lists.flatMap(({ neighbors }) => neighbors.map((near) => near.term)));
  const rows = [...all].map((near) => [
    <TermLink key={near} text={near} />,
    ...lists.map(({ neighbors }) => neighbors.find((each) => each.term === near)?.score ?? ""),
  ]);
  return (
    <>
      <Frequency term={term} of={modelsFor("neighbors").find(({ model }) => model === lists[0]?.model)} />
      {lists.length > 0 && (
        <Picture
          title={word.nearest(term)}
          table={() => ({
            caption: word.nearest(term),
            head: [columns.term, ...lists.map(({ model }) => model)],
            rows,
          })}
        >
          <NeighborLists lists={lists} />
        </Picture>
      )}
      {lists.length > 1 && <p class="caption">{word.common(shared.size, all.size)}</p>}
      {[...answers].map(([model, { refusal }]) =>
        refusal ? <Refused key={model} model={model} refusal={refusal} /> : null,
      )}
      <Partners term={term} />
      <p class="links">
        {(["map", "cooccurrence"] as const)
          .filter((view) => modelsFor(view).length > 0)
          .map((view) => (
            <a key={view} href={linkTo(view, term)}>
              {word.more[view]}: <Term text={term} />
            </a>
          ))}
        <a href={linkTo("matrix", "", { terms: [term, ...[...all].slice(0, 11)].join(",") })}>{word.more.matrix}</a>
      </p>
    </>
  );
}

const noteOf = ({ answer }: Asked<Neighbors>) => (answer?.madeOfSubwords ? strings.value.word.made : undefined);

interface FrequencyAnswer {
  readonly count: number;
  readonly rank: number;
  readonly terms: number;
  readonly tokens: number;
}

/** How often it occurred in the corpus of a model, or else which place it has in its table. */
function Frequency({ term, of }: { readonly term: string; readonly of: Model | undefined }): JSX.Element | null {
  const { word, percent } = strings.value;
  const counted = modelsFor("frequency").find(({ facts }) => facts.run === of?.facts.run);
  const ranked = of?.questions.includes("rank") ? of : undefined;
  const counts = useAnswer<FrequencyAnswer>(counted && "frequency", { term, model: counted?.model }).answer;
  const place = useAnswer<{ rank?: number; of: number }>(ranked && "rank", { term, model: ranked?.model }).answer;
  if (counts) {
    const { count, rank, terms, tokens } = counts;
    return <p>{word.frequency(count, percent(count / tokens), rank, terms)}</p>;
  }
  return place?.rank === undefined ? null : <p>{word.rank(place.rank, place.of)}</p>;
}

/** What stands near it, where a table of co-occurrence is open. */
function Partners({ term }: { readonly term: string }): JSX.Element | null {
  const { word } = strings.value;
  const [table] = modelsFor("cooccurrence");
  const parameters = { term, k: 15, minWeight: 2, model: table?.model };
  const { answer } = useAnswer<{ partners: { term: string; pmi: number }[] }>(table && "cooccurrence", parameters);
  if (!answer || answer.partners.length === 0) return null;
  return (
    <section aria-label={word.partners}>
      <h2>{word.partners}</h2>
      <p class="links">
        {answer.partners.map((partner) => (
          <TermLink key={partner.term} text={partner.term} />
        ))}
      </p>
    </section>
  );
}
