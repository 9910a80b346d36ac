import type { JSX } from "preact";
import { AttentionOfText } from "../parts/attention.js";
import { Note } from "../parts/note.js";
import { SensesOfTerm } from "../parts/senses.js";
import { modelsFor } from "../stamps.js";
import { strings } from "../strings/strings.js";
import type { ViewProps } from "./viewProps.js";

/** What a model makes of a word where it stands: the senses of a word, and what the terms of a sentence look at. */
export function View({ about }: ViewProps): JSX.Element {
  const { context } = strings.value;
  const isAnswered = ["senses", "attention"].some((question) => modelsFor(question).length > 0);
  if (!isAnswered) return <Note>{context.none}</Note>;
  return (
    <>
      <SensesOfTerm about={about} />
      <AttentionOfText />
    </>
  );
}
