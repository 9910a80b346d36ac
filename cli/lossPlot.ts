import { BrailleCanvas } from "../kernels/layout/brailleCanvas.js";
import { printableLine } from "../kernels/text/printable.js";
import { fromTo, type LossPanel, lossScale } from "../pipelines/index.js";

const ROWS = 12;
const NUMBERS = 9; // columns for the numbers at the left
const LEAST_COLUMNS = 16;
const MOST_COLUMNS = 100;

/** Losses as text: a plot for each model, in which every run has a letter, and the runs with their first and last loss below. */
export function lossPlot(panels: readonly LossPanel[], width: number): string {
  return panels
    .map((panel) => plotted(panel, Math.max(Math.min(width - NUMBERS - 2, MOST_COLUMNS), LEAST_COLUMNS)))
    .join("\n");
}

function plotted(panel: LossPanel, columns: number): string {
  const { least, most, epochs, x, y } = lossScale(panel);
  const canvas = new BrailleCanvas(columns, ROWS);
  for (const { losses } of panel.curves)
    for (let epoch = 1; epoch < losses.length; epoch++)
      canvas.line(x(epoch - 1), y(losses[epoch - 1]!), x(epoch), y(losses[epoch]!));
  for (const [k, { losses }] of panel.curves.entries())
    for (const [epoch, loss] of losses.entries()) canvas.put(x(epoch), y(loss), letter(k));
  const numberAt = (row: number) => {
    if (most === least) return row === Math.round((ROWS - 1) / 2) ? most.toPrecision(5) : "";
    return row === 0 ? most.toPrecision(5) : row === ROWS - 1 ? least.toPrecision(5) : "";
  };
  const lines = canvas.lines().map((line, row) => {
    const number = numberAt(row);
    return `${number.padStart(NUMBERS)} ${number ? "┤" : "│"}${line.trimEnd()}`;
  });
  return [
    `${printableLine(panel.model)}: mean loss per example, by epoch`,
    ...lines,
    `${" ".repeat(NUMBERS + 1)}└${"─".repeat(columns)}`,
    `${" ".repeat(NUMBERS + 2)}${epochAxis(epochs, columns)}`,
    ...panel.curves.map(({ run, losses }, k) => `  ${letter(k)}  ${printableLine(run)}: ${fromTo(losses)}`),
    "",
  ].join("\n");
}

/** a .. z, and again */
const letter = (k: number): string => String.fromCodePoint(97 + (k % 26));

function epochAxis(epochs: number, columns: number): string {
  return epochs > 1 ? `1${String(epochs).padStart(columns - 1)}` : "1".padStart(Math.round(columns / 2));
}
