/** The address behind `#`: a view, what it is about, and choices. It says all that is needed to see the same again. */
import { signal } from "@preact/signals";

export interface Address {
  readonly view: string;
  /** A word, or nothing. */
  readonly about: string;
  readonly choices: ReadonlyMap<string, string>;
}

/** `#/word/cat?models=glove` */
export function parseAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [view = "", ...rest] = path.split("/");
  return { view, about: decoded(rest.join("/")), choices: new Map(new URLSearchParams(query)) };
}

export function formatAddress({ view, about, choices }: Address): string {
  const query = new URLSearchParams([...choices]).toString();
  const path = about === "" ? view : `${view}/${encodeURIComponent(about)}`;
  return `#/${path}${query === "" ? "" : `?${query}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // typed by hand, with a % that stands for itself
  }
}

export const address = signal(parseAddress(location.hash));
addEventListener("hashchange", () => {
  address.value = parseAddress(location.hash);
});

/** Choices that hold in every view. */
const LASTING = ["lang"];

/** The address of another view, or of this one about something else. */
export function linkTo(view: string, about = "", choices: Readonly<Record<string, string>> = {}): string {
  const lasting = LASTING.flatMap((name) => {
    const value = address.value.choices.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return formatAddress({ view, about, choices: new Map([...lasting, ...Object.entries(choices)]) });
}

/** Changes choices of the view, an empty one by leaving it out; the way back goes past it. */
export function choose(changes: Readonly<Record<string, string>>): void {
  const choices = new Map(address.value.choices);
  for (const [name, value] of Object.entries(changes))
    if (value === "") choices.delete(name);
    else choices.set(name, value);
  address.value = { ...address.value, choices };
  history.replaceState(undefined, "", formatAddress(address.value));
}

export function goTo(link: string): void {
  location.hash = link;
}

export const choice = (name: string, otherwise = ""): string => address.value.choices.get(name) ?? otherwise;
