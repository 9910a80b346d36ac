import { en, type Strings } from "../strings/en.js";

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

const LOSSES = Object.keys(en.losses) as Loss[];

/** All that `read` and `added` went to, in the order of the manifest's line. */
export function partsOf(account: Account): Part[] {
  return LOSSES.map((name) => ({ name, amount: account[name] ?? 0 })).filter(({ amount }) => amount > 0);
}
