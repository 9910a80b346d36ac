/** The address behind `#`: a view, what it is about, and choices. */
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
