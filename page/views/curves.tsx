import type { JSX } from "preact";
import { Note } from "../parts/note.js";
import { strings } from "../strings/strings.js";

export function View(): JSX.Element {
  return <Note>{strings.value.curves.none}</Note>;
}
