import { ticks } from "../../kernels/layout/ticks.js";
import { COLOURS, FONTS, markup } from "./markup.js";

/** The mean loss of each epoch, of one model in one or more runs. */
export interface LossPanel {
  readonly model: string;
  readonly curves: readonly { readonly run: string; readonly losses: readonly number[] }[];
}

const WIDTH = 720;
const HEIGHT = 320;
const EDGE = { left: 70, right: 20, top: 40, bottom: 40 };
const LINE = 20; // of the legend

/** Losses as a drawing, a panel for each model; runs are told apart by colour, and named below. */
export function lossSvg(panels: readonly LossPanel[]): string {
  const heights = panels.map(({ curves }) => HEIGHT + LINE * curves.length);
  const total = heights.reduce((sum, height) => sum + height, 0);
  let top = 0;
  const drawn = panels.map((panel, k) => {
    const group = `<g transform="translate(0 ${top})">\n${panelMarkup(panel)}\n</g>`;
    top += heights[k]!;
    return group;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${total}" role="img" aria-labelledby="title">
<title id="title">${markup(`Loss by epoch: ${panels.map(inWords).join("; ")}`)}</title>
<style>
svg { background: #fbfbfa; font: 13px ${FONTS}; }
text { fill: #1c1e21; }
.axis { stroke: #d5d8dc; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.number { fill: #5d646b; font-size: 12px; }
@media (prefers-color-scheme: dark) {
svg { background: #15171a; }
text { fill: #eceef0; }
.axis { stroke: #3a4048; }
.number { fill: #a3abb3; }
}
</style>
${drawn.join("\n")}
</svg>
`;
}

/** The drawing and its numbers as a table, in one file. */
export function lossPage(panels: readonly LossPanel[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Loss by epoch</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 760px; margin: 24px auto; padding: 0 16px; font: 14px/1.5 ${FONTS}; background: #fbfbfa; color: #1c1e21; }
@media (prefers-color-scheme: dark) { body { background: #15171a; color: #eceef0; } }
table { border-collapse: collapse; margin-bottom: 24px; }
th, td { padding: 2px 12px 2px 0; text-align: right; font-variant-numeric: tabular-nums; }
th:first-child { text-align: left; }
</style>
</head>
<body>
<h1>Loss by epoch</h1>
${lossSvg(panels)}
${panels.map(table).join("\n")}
</body>
</html>
`;
}

/** Where losses lie between the least and the largest of a panel, 0 .. 1 from the top; all in the middle if they are equal. */
export function lossScale({ curves }: LossPanel) {
  const losses = curves.flatMap((curve) => curve.losses);
  const [least, most] = [Math.min(...losses), Math.max(...losses)];
  const epochs = Math.max(...curves.map((curve) => curve.losses.length));
  return {
    ...{ least, most, epochs },
    x: (epoch: number) => (epochs > 1 ? epoch / (epochs - 1) : 0.5),
    y: (loss: number) => (most > least ? (most - loss) / (most - least) : 0.5),
  };
}

function panelMarkup(panel: LossPanel): string {
  const scale = lossScale(panel);
  const x = (epoch: number) => Math.round(EDGE.left + scale.x(epoch) * (WIDTH - EDGE.left - EDGE.right));
  const y = (loss: number) => Math.round(EDGE.top + scale.y(loss) * (HEIGHT - EDGE.top - EDGE.bottom));
  const epochs = ticks(1, scale.epochs, 10).filter(Number.isInteger);
  return [
    `<text x="${EDGE.left}" y="22" font-weight="600">${markup(panel.model)}: mean loss per example</text>`,
    ...ticks(scale.least, scale.most, 5).flatMap((loss) => [
      `<path class="axis" d="M${EDGE.left} ${y(loss)}H${WIDTH - EDGE.right}"/>`,
      `<text class="number" x="${EDGE.left - 8}" y="${y(loss) + 4}" text-anchor="end">${loss}</text>`,
    ]),
    ...epochs.map(
      (epoch) => `<text class="number" x="${x(epoch - 1)}" y="${HEIGHT - 18}" text-anchor="middle">${epoch}</text>`,
    ),
    ...panel.curves.flatMap(({ run, losses }, k) => {
      const colour = COLOURS[k % COLOURS.length]!;
      const places = losses.map((loss, epoch) => `${x(epoch)} ${y(loss)}`);
      const line = HEIGHT + LINE * k;
      return [
        `<path class="curve" stroke="${colour}" d="M${places.join("L")}"/>`,
        ...losses.map((loss, epoch) => `<circle cx="${x(epoch)}" cy="${y(loss)}" r="3" fill="${colour}"/>`),
        `<circle cx="${EDGE.left + 5}" cy="${line - 4}" r="5" fill="${colour}"/>`,
        `<text x="${EDGE.left + 18}" y="${line}">${markup(`${run}: ${fromTo(losses)}`)}</text>`,
      ];
    }),
  ].join("\n");
}

/** `2.4170 to 2.2449` */
export function fromTo(losses: readonly number[]): string {
  const [first, last] = [losses[0]!.toPrecision(5), losses.at(-1)!.toPrecision(5)];
  return losses.length > 1 ? `${first} to ${last}` : first;
}

const inWords = ({ model, curves }: LossPanel): string =>
  `${model} ${curves.map(({ run, losses }) => `${run} ${fromTo(losses)}`).join(", ")}`;

function table(panel: LossPanel): string {
  const epochs = Array.from({ length: lossScale(panel).epochs }, (_, k) => k);
  const cell = (loss: number | undefined) => `<td>${loss === undefined ? "" : loss.toPrecision(5)}</td>`;
  const rows = epochs.map(
    (k) => `<tr><th scope="row">${k + 1}</th>${panel.curves.map(({ losses }) => cell(losses[k])).join("")}</tr>`,
  );
  const heads = panel.curves.map(({ run }) => `<th scope="col">${markup(run)}</th>`).join("");
  return `<table>
<caption>${markup(panel.model)}</caption>
<tr><th scope="col">epoch</th>${heads}</tr>
${rows.join("\n")}
</table>`;
}
