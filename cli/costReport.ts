import type { PeakCost, RunCost, StepCost } from "../pipelines/index.js";
import type { SizeName } from "../schemas/index.js";
import { short, withUnit } from "./amounts.js";
import { textTable } from "./textTable.js";

const UNKNOWN = "?";

/** What a run will take, as people read it. */
export function costReport({ sampled, steps, peak, logs, passes }: RunCost): string {
  const declared = steps.filter(({ cost }) => cost);
  const untold = steps.filter(({ cost, refused }) => !cost && !refused);
  const names = new Map(steps.map(({ id, unit }) => [id, unit]));
  const ofLogs = logs.map(({ id, memory, scratch }) => [
    `read again: ${names.get(id)!}`,
    "",
    told(memory),
    told(scratch),
    "",
  ]);
  const rows = [["step", "works with", "holds then", "in files", "computed from"], ...declared.map(rowOf), ...ofLogs];
  const lines = [
    sizesLine(sampled),
    textTable(rows, { right: [1, 2, 3], width: 110 }),
    ...steps.flatMap(({ unit, refused }) => (refused ? [`refused by ${unit}: ${refused}`] : [])),
    ...(untold.length > 0 ? [`not told: ${untold.map(({ unit }) => unit).join(", ")}`] : []),
    `peak memory: about ${withUnit(peak.bytes, "bytes")}, while ${names.get(peak.id)!} works: ${partsOf(peak, names)}`,
    `scratch files: ${amount(scratchOf(steps, logs))}`,
    `passes: ${passes.map(({ id, passes: count }) => `${names.get(id)!} ${count}`).join(", ")}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The same for programs: sizes that nobody knows are null. */
export function costJson(cost: RunCost): unknown {
  const steps = cost.steps.map(({ options: _, ...step }) => ({
    ...step,
    ...(step.cost ? { cost: step.cost } : { told: false }),
  }));
  return { ...cost, steps, scratch: scratchOf(cost.steps, cost.logs) };
}

function sizesLine(sampled: RunCost["sampled"]): string {
  if (!sampled) return "sizes: from options alone, no text was read";
  const { bytes, scale } = sampled;
  const read = withUnit(bytes, "bytes");
  return scale === 1
    ? `sizes: counted in the whole text, ${read}`
    : `sizes: estimated from its first ${read}, 1/${short(scale)} of the text`;
}

function rowOf({ unit, cost, sizes, options }: StepCost): string[] {
  const { memory, held, scratch } = cost!;
  const from = [...new Set([memory, held, scratch].flatMap((part) => part?.from ?? []))];
  const values = from.map((name) => shownValue(name, { ...options, ...sizes, ...cost!.makes }));
  return [
    unit,
    amount(memory.bytes),
    told(held?.bytes),
    told(scratch?.bytes),
    values.filter((text) => text !== "").join(", "),
  ];
}

function shownValue(name: string, values: Readonly<Record<SizeName | string, unknown>>): string {
  if (!(name in values)) return name;
  const value = values[name];
  if (value === undefined) return "";
  return `${name} ${typeof value === "number" ? (Number.isNaN(value) ? UNKNOWN : short(value)) : value}`;
}

const told = (bytes = 0): string => (bytes === 0 ? "" : amount(bytes));

const amount = (bytes: number): string => (Number.isNaN(bytes) ? UNKNOWN : withUnit(bytes, "bytes"));

function partsOf({ fixed, parts }: PeakCost, names: ReadonlyMap<string, string>): string {
  const largest = parts.toSorted((a, b) => b.bytes - a.bytes);
  return [`process ${amount(fixed)}`, ...largest.map(({ id, bytes }) => `${names.get(id)!} ${amount(bytes)}`)].join(
    ", ",
  );
}

function scratchOf(steps: RunCost["steps"], logs: RunCost["logs"]): number {
  const files = steps.map(({ cost }) => cost?.scratch?.bytes ?? 0);
  return [...files, ...logs.map(({ scratch }) => scratch)].reduce((sum, bytes) => sum + bytes, 0);
}
