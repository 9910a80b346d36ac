/** Where the page is: its address says all that is needed to see the same again. */
import { signal } from "@preact/signals";
import { formatAddress, parseAddress } from "./addressForm.js";

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
