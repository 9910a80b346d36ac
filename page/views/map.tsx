import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { choice, choose } from "../address.js";
import type { Model } from "../api.js";
import { cssColour, topicColour } from "../map/colours.js";
import { MapFigure } from "../map/mapFigure.js";
import type { TermPoints } from "../map/termPoints.js";
import type { TermTopics } from "../map/termTopics.js";
import { usePoints, useTopics } from "../map/usePoints.js";
import { Controls, Field, Select } from "../parts/controls.js";
import { Note, Refused } from "../parts/note.js";
import { Picture, type TableData } from "../parts/picture.js";
import { Term, TermLink } from "../parts/term.js";
import { modelsFor } from "../stamps.js";
import { strings } from "../strings/strings.js";
import type { ViewProps } from "./viewProps.js";

const TOPS = [1_000, 5_000, 20_000, 100_000, 200_000, 1_000_000];
const TOP = 20_000;
const MOST_LISTED = 200;

/** The terms of a model in a plane. */
export function View({ about }: ViewProps): JSX.Element {
  const { map, fields, number } = strings.value;
  const able = modelsFor("map");
  const first = able.find(({ summary }) => summary.layouts) ?? able[0]; // one that a run has laid out is there at once
  if (!first) return <Note>{map.none}</Note>;
  const model = able.find((each) => each.model === choice("model")) ?? first;
  const terms = model.summary.terms ?? 0;
  const tops = TOPS.filter((_, k) => k === 0 || TOPS[k - 1]! < terms);
  const usual = String(Math.min(TOP, tops.at(-1)!));
  const colourings = [
    ["cluster", map.byCluster] as const,
    ["frequency", map.byFrequency] as const,
    ...(modelsFor("termTopics").length > 0 ? [["topic", map.byTopic] as const] : []),
  ];
  return (
    <>
      <Controls>
        {able.length > 1 && (
          <Select
            label={fields.model}
            name="model"
            options={able.map((each) => [each.model, each.model])}
            otherwise={first.model}
          />
        )}
        <Select label={map.top} name="top" options={tops.map((top) => [String(top), number(top)])} otherwise={usual} />
        <Select label={map.colour} name="colour" options={colourings} otherwise="cluster" />
      </Controls>
      <Laid
        key={`${model.model} ${choice("top", usual)}`}
        model={model}
        top={Number(choice("top", usual))}
        about={about}
      />
    </>
  );
}

interface LaidProps {
  readonly model: Model;
  readonly top: number;
  readonly about: string;
}

function Laid({ model, top, about }: LaidProps): JSX.Element {
  const { map } = strings.value;
  const { points, refusal } = usePoints(model, top);
  if (refusal) return <Refused refusal={refusal} />;
  if (!points) return <Note>{map.laying(Math.min(top, model.summary.terms ?? top))}</Note>;
  return <Drawn points={points} model={model.model} about={about} />;
}

interface DrawnProps {
  readonly points: TermPoints;
  readonly model: string;
  readonly about: string;
}

function Drawn({ points, model, about }: DrawnProps): JSX.Element {
  const { map, percent, views, app } = strings.value;
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const topics = useTopics();
  const isWaiting = choice("colour") === "topic" && modelsFor("termTopics").length > 0;
  const marked = about === "" ? undefined : points.terms.indexOf(about);
  const described = map.described(points.terms.length, points.of, model);
  return (
    <>
      {marked === -1 && (
        <Note>
          <Term text={map.noTerm(about)} />
        </Note>
      )}
      <Picture title={views.map} table={() => tableOf(points, chosen, described, topics)}>
        <MapFigure points={points} topics={topics} marked={marked} label={described} onChosen={setChosen} />
        {points.versions.length > 1 && <Snapshots points={points} />}
        {topics ? <Legend topics={topics.topics} /> : isWaiting && <Note>{app.waiting}</Note>}
        <p class="caption">
          {described} {map.kept(percent(points.neighborsKept))}
        </p>
        <p class="caption by-mouse">{map.keys}</p>
        <p class="caption by-touch">{map.touch}</p>
      </Picture>
      <Chosen terms={chosen.map((row) => points.terms[row]!)} />
    </>
  );
}

/** Goes through the layouts of earlier snapshots; the newest stands for whatever comes after it. */
function Snapshots({ points: { version, versions } }: { readonly points: TermPoints }): JSX.Element {
  const { map } = strings.value;
  const at = versions.indexOf(version);
  const last = versions.length - 1;
  const show = (place: number) => choose({ layout: place === last ? "" : String(versions[place]) });
  return (
    <Controls>
      <Field label={map.snapshot(at + 1, versions.length)}>
        <input
          type="range"
          class="wide"
          min="0"
          max={last}
          value={at}
          onInput={({ currentTarget }) => show(Number(currentTarget.value))}
        />
      </Field>
    </Controls>
  );
}

function Legend({ topics }: Pick<TermTopics, "topics">): JSX.Element {
  const { topics: told } = strings.value;
  return (
    <ul class="links caption" aria-label={told.byColour}>
      {topics.map(({ topic, name, terms }) => (
        <li key={topic}>
          <span
            class="swatch"
            style={{ background: cssColour(topicColour(topic, topics.length)) }}
            aria-hidden="true"
          />{" "}
          {name ?? told.topic(topic)}: <Term text={terms.join(", ")} />
        </li>
      ))}
    </ul>
  );
}

function tableOf(
  { terms, points, groups }: TermPoints,
  chosen: readonly number[],
  caption: string,
  topics: TermTopics | undefined,
): TableData {
  const { columns } = strings.value;
  const rows = chosen.length > 0 ? chosen : terms.map((_, row) => row);
  return {
    caption,
    head: [columns.rank, columns.term, columns.group, ...(topics ? [columns.topic] : []), "x", "y"],
    rows: rows
      .slice(0, MOST_LISTED)
      .map((row) => [
        row + 1,
        <TermLink key={row} text={terms[row]!} />,
        groups[row]! + 1,
        ...(topics ? [topics.topicOf.get(terms[row]!) ?? ""] : []),
        ...[points[2 * row]!, points[2 * row + 1]!].map((value) => (value / 65_535).toFixed(3)),
      ]),
  };
}

function Chosen({ terms }: { readonly terms: readonly string[] }): JSX.Element {
  const { map } = strings.value;
  if (terms.length === 0) return <p class="caption">{map.chosenNone}</p>;
  return (
    <section aria-label={map.chosen(terms.length)}>
      <div class="heading">
        <h2>{map.chosen(terms.length)}</h2>
        <button type="button" onClick={() => save(terms)}>
          {map.save}
        </button>
      </div>
      <p class="links">
        {terms.slice(0, MOST_LISTED).map((term) => (
          <TermLink key={term} text={term} />
        ))}
      </p>
    </section>
  );
}

/** A text file with a term a line. */
function save(terms: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([`${terms.join("\n")}\n`], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "terms.txt";
  link.click();
  URL.revokeObjectURL(url);
}
