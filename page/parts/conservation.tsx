import type { JSX } from "preact";
import { strings } from "../strings/strings.js";
import { type Account, partsOf } from "./accountParts.js";
import { Picture } from "./picture.js";

/** One bar a branch that adds up to what it read: what was used, what was left out on purpose, and what was rejected. */
export function ConservationBars({ accounts }: { readonly accounts: readonly Account[] }): JSX.Element {
  const { run, losses, number, percent } = strings.value;
  const table = () => ({
    caption: run.conservation,
    head: [run.branch, run.counter, run.amount],
    rows: accounts.flatMap((account) =>
      partsOf(account).map(({ name, amount }) => [account.branch, losses[name], amount]),
    ),
  });
  return (
    <Picture title={run.conservation} table={table}>
      {accounts.map((account) => {
        const { branch, read, added = 0, epochs } = account;
        const all = read + added;
        return (
          <div class="account" key={branch}>
            <h3>{run.adds(branch, number(all), epochs)}</h3>
            <div class="bar" aria-hidden="true">
              {partsOf(account).map(({ name, amount }, place) => (
                <span key={name} class={classOf(name)} style={{ flexGrow: amount / all, ...shadeOf(name, place) }} />
              ))}
            </div>
            <ul class="links">
              {partsOf(account).map(({ name, amount }, place) => (
                <li key={name}>
                  <span class={`swatch ${classOf(name)}`} style={shadeOf(name, place)} aria-hidden="true" />{" "}
                  {losses[name]} {number(amount)} ({percent(amount / all)})
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </Picture>
  );
}

const classOf = (name: string): string => (name === "used" || name === "rejected" ? name : "left-out");

const SHADES = 4;

/** What was left out on purpose is told apart by the place that it has in the bar; the first part is what was used. */
const shadeOf = (name: string, place: number) =>
  classOf(name) === "left-out"
    ? { background: `color-mix(in srgb, var(--warm) ${((place + SHADES - 1) % SHADES) * 28}%, var(--warm-fill))` }
    : {};
