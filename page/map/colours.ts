type Rgb = readonly [red: number, green: number, blue: number];

/** Colours that are told apart on light and dark ground. */
export const COLOURS: readonly Rgb[] = [
  [47, 116, 192],
  [214, 99, 29],
  [63, 143, 79],
  [150, 92, 200],
  [196, 66, 66],
  [138, 98, 72],
  [208, 96, 160],
  [120, 130, 40],
  [30, 150, 160],
  [120, 125, 135],
];
const NONE: Rgb = [150, 154, 160];

/** One number a point: red, green, blue and alpha as they lie in the memory of a picture. */
export type PointColours = Uint32Array;

const packed = ([red, green, blue]: Rgb): number => (255 << 24) | (blue << 16) | (green << 8) | red;

export function coloursByGroup(groups: Uint8Array): PointColours {
  const colours = COLOURS.map(packed);
  return Uint32Array.from(groups, (group) => colours[group % colours.length]!);
}

/** From the most frequent, warm, to the rarest, cold, by the logarithm of their places. */
export function coloursByRank(count: number): PointColours {
  const last = Math.log1p(Math.max(1, count - 1));
  return Uint32Array.from({ length: count }, (_, row) => {
    const rare = Math.log1p(row) / last;
    return packed([Math.round(225 - 185 * rare), Math.round(90 + 50 * rare), Math.round(30 + 160 * rare)]);
  });
}

/** By the topic of each, of `count` topics; grey where there is none. */
export function coloursByTopic(topics: readonly (number | undefined)[], count: number): PointColours {
  const colours = Array.from({ length: count }, (_, topic) => packed(topicColour(topic, count)));
  return Uint32Array.from(topics, (topic) => colours[topic ?? -1] ?? packed(NONE));
}

/** Few topics have the colours of clusters, many one each around the circle of hues. */
export function topicColour(topic: number, count: number): Rgb {
  if (count < COLOURS.length) return COLOURS[topic]!;
  const [light, strong] = topic % 2 === 0 ? [0.45, 0.6] : [0.55, 0.42];
  const turn = (shift: number) => (shift + (12 * topic) / count) % 12;
  const part = (shift: number) => {
    const k = turn(shift);
    return Math.round(255 * (light - strong * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}

/** As a style has it. */
export const cssColour = ([red, green, blue]: Rgb): string => `rgb(${red}, ${green}, ${blue})`;
