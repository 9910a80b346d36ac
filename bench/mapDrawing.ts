/**
 * What it takes to write the points of a map into a picture, in Chromium, a picture of 1280 x 720 with points of 2 pixels.
 *
 *     npm run bench:map-drawing
 *
 * CHROMIUM says where the browser lies. The clock of the page is the wall's: on a busy machine the least of all rounds tells most.
 */
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";

const ROUNDS = 30;
const script = fileURLToPath(new URL("../../page/map/drawPoints.ts", import.meta.url));
const bundle = await rolldown({ input: script, platform: "browser" });
const { output } = await bundle.generate({ format: "iife", name: "map" });

const measure = (count: number) => `(() => {
  const pixels = new Uint32Array(1280 * 720);
  const points = new Uint16Array(${2 * count});
  let state = 1;
  for (let at = 0; at < points.length; at++) points[at] = (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16;
  const colours = map.coloursByRank(${count});
  const milliseconds = [];
  for (let round = 0; round < ${ROUNDS}; round++) {
    const began = performance.now();
    map.drawPoints(pixels, 1280, 720, points, colours, { scale: 700, x: 290, y: 10 }, 2);
    milliseconds.push(performance.now() - began);
  }
  return milliseconds.sort((a, b) => a - b);
})()`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const page = await browser.newPage();
  await page.addScriptTag({ content: output[0].code });
  for (const count of [20_000, 250_000, 1_000_000]) {
    const took = (await page.evaluate(measure(count))) as number[];
    const [least, middle] = [took[0]!, took[ROUNDS / 2]!];
    const each = ((1e6 * least) / count).toFixed(1);
    console.log(`${count} points: least ${least.toFixed(1)} ms, median ${middle.toFixed(1)} ms; ${each} ns a point`);
  }
} finally {
  await browser.close();
}
