// Kills runs with SIGKILL at random places of their work, resumes them until they finish, and compares every byte with a run that was left alone.
// See cases.mjs.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eachCase, folder } from "./cases.mjs";
import { goOn } from "./goOn.mjs";
import { momentBehind, observe } from "./observe.mjs";

const data = fileURLToPath(new URL("../../data", import.meta.url));

/** The beginnings of the samples that ship, and a file `corpus.txt` of both in the folder of the cases. */
export function sampleTexts(characters) {
  const sample = (name) => readFileSync(join(data, name), "utf8").slice(0, characters);
  const texts = { english: sample("sample-english-two-novels.txt"), chinese: sample("sample-chinese-lu-xun.txt") };
  writeFileSync(join(folder, "corpus.txt"), `${texts.english}\n${texts.chinese}\n`);
  return texts;
}

/** How often checkpoints are taken, in turn; the result must not depend on it. */
const intervals = ["0s", "30ms", "5000 tokens", "300ms"];

/** Runs each config once without a kill, then the cases: config after config, with 1 to 7 kills at most. @param configs by name, their text */
export async function killEach(configs) {
  const pipelines = [];
  for (const [name, config] of Object.entries(configs)) {
    const place = join(folder, name.replaceAll(" ", "-"));
    mkdirSync(place);
    writeFileSync(`${place}.yaml`, config);
    const pipeline = { name, file: `${place}.yaml`, out: join(place, "out") };
    const signs = await resume(pipeline, "never");
    pipelines.push({ ...pipeline, signs, expected: hashesIn(pipeline.out) });
  }
  await eachCase(async (n, below) => {
    const pipeline = pipelines[n % pipelines.length];
    const { name, out, expected } = pipeline;
    rmSync(out, { recursive: true });
    try {
      const kills = await killUntilDone(pipeline, 1 + (Math.floor(n / pipelines.length) % 7), below);
      const found = hashesIn(out);
      return { name, kills, fault: found === expected ? undefined : `${found}\nmust be\n${expected}` };
    } catch (error) {
      return { name, kills: 0, fault: error.message };
    }
  });
}

/** How many signs of progress there were; undefined if it was killed. What nobody kills needs no process of its own. */
async function resume({ file, out }, interval, isMoment) {
  if (isMoment) return observe([file, out, interval], isMoment);
  let signs = 0;
  await goOn(file, out, interval, () => signs++);
  return signs;
}

/** SHA-256 of every file in a folder, the manifest and hidden ones included. */
function hashesIn(out) {
  const names = readdirSync(out, { recursive: true }).sort();
  const files = names.filter((name) => statSync(join(out, name)).isFile());
  const hash = (name) => createHash("sha256").update(readFileSync(join(out, name)));
  return files.map((name) => `${name} ${hash(name).digest("hex")}`).join("\n");
}

/**
 * Runs, and kills what runs behind a checkpoint, until it has ended or was killed so often that it is left alone. A run that is too short for
 * a checkpoint is killed anywhere, and begins anew.
 */
async function killUntilDone({ out, signs, ...pipeline }, mostKills, below) {
  let endedEarly = false;
  const hasCheckpoint = () => endedEarly || existsSync(join(out, ".checkpoint/state.json"));
  for (let kills = 0; ; ) {
    const interval = intervals[below(intervals.length)];
    const isMoment = momentBehind(hasCheckpoint, signs, below(1000) / 1000, (seen) => seen.sign);
    const hasEnded = await resume({ out, ...pipeline }, interval, kills < mostKills ? isMoment : undefined);
    if (hasEnded && kills > 0) return kills;
    if (hasEnded) {
      rmSync(out, { recursive: true }); // it was done before the moment came: once more
      endedEarly = true;
    } else kills++;
  }
}
