/** Where the page is: its address says all that is needed to see the same again. */
import { signal } from "@preact/signals";
import { formatAddress, parseAddress } from "./addressForm.js";

export const address = signal(parseAddress(location.hash));
/** The hash that `address` was read from or written to. */
let shown = location.hash;
addEventListener("hashchange", () => {
  shown = location.hash;
  address.value = parseAddress(shown);
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

/**
 * Changes choices of the view, an empty one by leaving it out; the way back goes past it. Nothing is changed where the
 * reader is on the way to another address: a map, say, tells where it is a moment after it came to rest.
 */
export function choose(changes: Readonly<Record<string, string>>): void {
  if (location.hash !== shown) return;
  const choices = new Map(address.value.choices);
  for (const [name, value] of Object.entries(changes))
    if (value === "") choices.delete(name);
    else choices.set(name, value);
  address.value = { ...address.value, choices };
  history.replaceState(undefined, "", formatAddress(address.value));
  shown = location.hash;
}

export function goTo(link: string): void {
  location.hash = link;
}

export const choice = (name: string, otherwise = ""): string => address.value.choices.get(name) ?? otherwise;
