/** Which layers of a network are taken: one by its number, the last, all, or their sum by shares, equal ones if left out. */
export type LayerChoice =
  | { readonly kind: "one"; readonly layer: number }
  | { readonly kind: "last" | "all" }
  | { readonly kind: "mix"; readonly shares?: readonly number[] };

/** How the choice is written: `0`, `last`, `all`, or `mix` with `0.5,0.3,0.2`. */
export interface WrittenLayers {
  readonly layers: string;
  readonly mix?: string | undefined;
}

/**
 * Reads a choice of layers.
 * @param names of the two options, for the message
 * @throws RangeError if it is no choice
 */
export function layerChoiceOf({ layers, mix }: WrittenLayers, names = { layers: "layers", mix: "mix" }): LayerChoice {
  if (mix !== undefined && layers !== "mix")
    throw new RangeError(`${names.mix} must stand beside ${names.layers} mix, got ${names.layers} ${layers}`);
  if (layers === "last" || layers === "all") return { kind: layers };
  if (layers === "mix") return mix === undefined ? { kind: "mix" } : { kind: "mix", shares: sharesOf(names.mix, mix) };
  if (/^\d+$/.test(layers)) return { kind: "one", layer: Number(layers) };
  throw new RangeError(`${names.layers} must be a number from 0, last, all or mix, got ${layers}`);
}

function sharesOf(name: string, mix: string): number[] {
  const shares = mix.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (shares.every(Number.isFinite)) return shares;
  throw new RangeError(`${name} must be numbers between commas, got ${mix}`);
}
