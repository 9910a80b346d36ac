import type { FunctionComponent } from "preact";
import type { Strings } from "../strings/en.js";
import type { ViewProps } from "./viewProps.js";

/** A view is a file of this folder, its name in the strings, and a line here. */
export interface View {
  readonly name: keyof Strings["views"];
  /** It is about a word, so that the search box asks it. */
  readonly isAboutWord?: true;
  readonly load: () => Promise<{ readonly View: FunctionComponent<ViewProps> }>;
}

export const views: readonly View[] = [
  { name: "word", isAboutWord: true, load: () => import("./word.js") },
  { name: "map", isAboutWord: true, load: () => import("./map.js") },
  { name: "cooccurrence", isAboutWord: true, load: () => import("./cooccurrence.js") },
  { name: "analogy", load: () => import("./analogy.js") },
  { name: "matrix", load: () => import("./matrix.js") },
  { name: "topics", load: () => import("./topics.js") },
  { name: "context", isAboutWord: true, load: () => import("./context.js") },
  { name: "run", load: () => import("./run.js") },
  { name: "curves", load: () => import("./curves.js") },
  { name: "compare", isAboutWord: true, load: () => import("./compare.js") },
];
