/** Upper bounds of the histogram, in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;

const PREFIX = "lexstream_";

interface Durations {
  /** How many took as long as each bound or less; the last counts all. */
  readonly atMost: number[];
  sum: number;
}

/**
 * What the server tells Prometheus of itself, in its text format 0.0.4.
 *
 * State: a few numbers per endpoint and status; only known endpoints have a name of their own, so no client can make it grow.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class ServerMetrics {
  /** Requests that are being answered. */
  underWay = 0;
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Durations>();

  /** One request was answered. */
  count(endpoint: string, status: number, seconds: number): void {
    const key = labels({ endpoint, status: String(status) });
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    const durations = this.#durations.get(endpoint) ?? { atMost: new Array(BOUNDS.length + 1).fill(0), sum: 0 };
    this.#durations.set(endpoint, durations);
    durations.sum += seconds;
    for (const [k, bound] of [...BOUNDS, Number.POSITIVE_INFINITY].entries())
      if (seconds <= bound) durations.atMost[k]!++;
  }

  /** Everything, and numbers of the run beside it. */
  text(numbers: Readonly<Record<string, number>>): string {
    const gauges = Object.entries(numbers).map(([name, value]) =>
      family(metricName(name), "gauge", `${words(name)}, as in /status`, [[metricName(name), value]]),
    );
    return [
      ...gauges,
      family(`${PREFIX}http_requests_under_way`, "gauge", "Requests that are being answered", [
        [`${PREFIX}http_requests_under_way`, this.underWay],
      ]),
      family(
        `${PREFIX}http_requests_total`,
        "counter",
        "Requests answered",
        [...this.#requests].map(([key, count]) => [`${PREFIX}http_requests_total${key}`, count] as const),
      ),
      family(
        `${PREFIX}http_request_duration_seconds`,
        "histogram",
        "Time from a request to its answer",
        [...this.#durations].flatMap(([endpoint, durations]) => histogram(endpoint, durations)),
      ),
    ].join("");
  }
}

type Sample = readonly [series: string, value: number];

function histogram(endpoint: string, { atMost, sum }: Durations): Sample[] {
  const name = `${PREFIX}http_request_duration_seconds`;
  const buckets = [...BOUNDS.map(String), "+Inf"].map(
    (le, k): Sample => [`${name}_bucket${labels({ endpoint, le })}`, atMost[k]!],
  );
  return [
    ...buckets,
    [`${name}_sum${labels({ endpoint })}`, sum],
    [`${name}_count${labels({ endpoint })}`, atMost.at(-1)!],
  ];
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([series, value]) => `${series} ${numberText(value)}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labels(values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).map(([name, value]) => `${name}="${value.replace(/["\\\n]/g, escaped)}"`);
  return `{${pairs.join(",")}}`;
}

const escaped = (character: string): string => (character === "\n" ? "\\n" : `\\${character}`);

/** Prometheus writes what is not finite in its own way. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

/** `rowsReused` -> `lexstream_rows_reused`. */
const metricName = (name: string): string => PREFIX + words(name).replace(/[^a-z0-9]+/g, "_");

const words = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
