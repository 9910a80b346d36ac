import type { JSX } from "preact";
import type { Strings } from "../strings/en.js";
import { strings } from "../strings/strings.js";
import { Picture } from "./picture.js";

type Loss = keyof Strings["losses"];

/** Where the words that a branch read went; what is not told is 0. */
export interface Account extends Partial<Readonly<Record<Loss, number>>> {
  readonly branch: string;
  readonly epochs: number;
  readonly read: number;
  /** Made of others, in a pass. */
  readonly added?: number;
}

interface Part {
  readonly name: Loss;
  readonly amount: number;
}

/** All that `read` and `added` went to, in the order of the manifest's line. */
export function partsOf(account: Account): Part[] {
  const names = Object.keys(strings.value.losses) as Loss[];
  return names.map((name) => ({ name, amount: account[name] ?? 0 })).filter(({ amount }) => amount > 0);
}

/** One bar a branch that adds up to what it read: what was used, what was left out on purpose, and what was rejected. */
export function ConservationBars({ accounts }: { readonly accounts: readonly Account[] }): JSX.Element {
  const { run, losses, number, percent } = strings.value;
  const rows = accounts.flatMap((account) =>
    partsOf(account).map(({ name, amount }) => [account.branch, losses[name], amount]),
  );
  const table = { caption: run.conservation, head: [run.branch, run.counter, run.amount], rows };
  return (
    <Picture title={run.conservation} table={table}>
      {accounts.map((account) => {
        const { branch, read, added = 0, epochs } = account;
        const all = read + added;
        return (
          <div class="account" key={branch}>
            <h3>{run.adds(branch, number(all), epochs)}</h3>
            <div class="bar" aria-hidden="true">
              {partsOf(account).map(({ name, amount }) => (
                <span key={name} class={classOf(name)} style={{ flexGrow: amount / all }} />
              ))}
            </div>
            <ul class="links">
              {partsOf(account).map(({ name, amount }) => (
                <li key={name}>
                  <span class={`swatch ${classOf(name)}`} aria-hidden="true" /> {losses[name]} {number(amount)} (
                  {percent(amount / all)})
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </Picture>
  );
}

const classOf = (name: Loss): string => (name === "used" || name === "rejected" ? name : "left-out");
