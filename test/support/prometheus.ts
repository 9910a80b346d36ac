/** One series and its value. */
export type Samples = ReadonlyMap<string, number>;

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const SAMPLE = new RegExp(String.raw`^(${NAME})(\{${LABEL}(?:,${LABEL})*\})? (NaN|[+-]Inf|[+-]?[\d.]+(?:e[+-]?\d+)?)$`);
const SUFFIXES: Readonly<Record<string, RegExp>> = { histogram: /_(bucket|sum|count)$/, gauge: /$^/, counter: /$^/ };

/**
 * Reads the text format 0.0.4 and accepts nothing that it does not know: each family has its HELP, then its TYPE, then its samples,
 * once; histograms rise up to their count.
 */
export function parsePrometheus(text: string): Samples {
  if (!text.endsWith("\n")) throw new SyntaxError("the last line must end");
  const samples = new Map<string, number>();
  const seen = new Set<string>();
  let [name, type] = ["", ""];
  for (const line of text.slice(0, -1).split("\n")) {
    const [, helped] = new RegExp(`^# HELP (${NAME}) [^\\\\]+$`).exec(line) ?? [];
    const [, typed, kind] = new RegExp(`^# TYPE (${NAME}) (gauge|counter|histogram)$`).exec(line) ?? [];
    const [, sampled, labels = "", value] = SAMPLE.exec(line) ?? [];
    if (helped !== undefined) {
      if (seen.has(helped)) throw new SyntaxError(`family twice: ${line}`);
      seen.add(helped);
      [name, type] = [helped, ""];
    } else if (typed !== undefined) {
      if (typed !== name || type !== "") throw new SyntaxError(`TYPE out of place: ${line}`);
      type = kind!;
    } else if (sampled !== undefined) {
      const base = sampled === name ? name : sampled.replace(SUFFIXES[type] ?? /$^/, "");
      if (base !== name || type === "") throw new SyntaxError(`sample out of place: ${line}`);
      if (samples.has(sampled + labels)) throw new SyntaxError(`series twice: ${line}`);
      samples.set(sampled + labels, Number(value!.replace("Inf", "Infinity")));
    } else throw new SyntaxError(`not a line of the format: ${line}`);
  }
  for (const [series, count] of samples) {
    const [, family, rest] = /^(.*)_count(\{.*\})$/.exec(series) ?? [];
    if (family === undefined) continue;
    const buckets = [...samples].filter(([key]) => key.startsWith(`${family}_bucket${rest!.slice(0, -1)},`));
    const values = buckets.map(([, each]) => each);
    if (values.some((each, k) => each < (values[k - 1] ?? 0)) || values.at(-1) !== count)
      throw new SyntaxError(`a histogram must rise to its count: ${series}`);
  }
  return samples;
}
