import { type ReadonlySignal, useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { choice } from "../address.js";
import { models, moment, type RunMoment } from "../api.js";
import type { Account } from "../parts/accountParts.js";
import { ConservationBars } from "../parts/conservation.js";
import { Controls, Select } from "../parts/controls.js";
import { type Graph, GraphPicture } from "../parts/graph.js";
import { Note, Refused } from "../parts/note.js";
import { sizeOf } from "../parts/numbers.js";
import { Picture, Table } from "../parts/picture.js";
import { strings } from "../strings/strings.js";
import { useAnswer } from "../useAnswer.js";

interface Manifest {
  readonly conservation: readonly Account[];
  readonly outputs: readonly { readonly path: string; readonly bytes: number; readonly rows?: number }[];
}

/** What flows in a run, and where its words went. */
export function View(): JSX.Element {
  const { run, fields, app } = strings.value;
  const count = useComputed(() => models.value?.length); // another snapshot is no other run
  const { answer } = useAnswer<{ runs: { run: string; isFinished: boolean }[] }>("runs", {}, count.value);
  if (!answer) return <Note>{app.waiting}</Note>;
  const names = answer.runs.map((each) => each.run);
  if (names.length === 0) return <Note>{run.none}</Note>;
  const name = choice("run", names[0]);
  return (
    <>
      {names.length > 1 && (
        <Controls>
          <Select label={fields.run} name="run" options={names.map((each) => [each, each])} otherwise={names[0]!} />
        </Controls>
      )}
      <About key={name} name={name} isFinished={answer.runs.some((each) => each.run === name && each.isFinished)} />
    </>
  );
}

interface AboutProps {
  readonly name: string;
  readonly isFinished: boolean;
}

function About({ name, isFinished }: AboutProps): JSX.Element {
  const { run } = strings.value;
  const now = useComputed(() => (moment.value?.run === name ? moment.value : undefined));
  const isLive = useComputed(() => now.value !== undefined).value;
  const graph = useAnswer<Graph>("graph", { run: name });
  const manifest = useAnswer<Manifest>(isFinished ? "manifest" : undefined, { run: name }).answer;
  return (
    <>
      {isLive ? <Moment moment={now} /> : <p class="caption">{manifest ? run.finished : ""}</p>}
      {graph.refusal && <Refused refusal={graph.refusal} />}
      {graph.answer && <GraphPicture graph={graph.answer} moment={now} />}
      {manifest && <ConservationBars accounts={manifest.conservation} />}
      {isLive && <Counters moment={now} />}
      {manifest && <Outputs manifest={manifest} />}
    </>
  );
}

interface MomentProps {
  readonly moment: ReadonlySignal<RunMoment | undefined>;
}

function Moment({ moment: { value: now } }: MomentProps): JSX.Element | null {
  const { run, percent, number } = strings.value;
  if (!now) return null;
  const { share, perSecond, unit = "tokens", secondsRunning } = now;
  const stage = run.stageName(now.stage);
  return (
    <div class="moment">
      <strong>{run.live}</strong>
      <span>{share === undefined ? stage : run.stage(stage, percent(share))}</span>
      {perSecond !== undefined && <span>{run.speed(number(Math.round(perSecond)), unit)}</span>}
      <span>{run.running(secondsRunning)}</span>
      {share !== undefined && <progress max={1} value={share} aria-label={stage} />}
    </div>
  );
}

function Counters({ moment: { value: now } }: MomentProps): JSX.Element {
  const { run, losses, counted } = strings.value;
  const names: Readonly<Record<string, string>> = { ...losses, ...counted };
  const rows = Object.entries(now?.ledger.counts ?? {}).map(([name, amount]) => [names[name] ?? name, amount]);
  return <Table caption={run.counters} head={[run.counter, run.amount]} rows={rows} />;
}

function Outputs({ manifest: { outputs } }: { readonly manifest: Manifest }): JSX.Element {
  const { run, columns } = strings.value;
  const rows = outputs.map(({ path, bytes, rows }) => [path, rows ?? "", sizeOf(bytes)]);
  return (
    <Picture
      title={run.outputs}
      table={() => ({ caption: run.outputs, head: [run.file, run.rows, columns.bytes], rows })}
    >
      <ul class="links">
        {outputs.map(({ path, bytes }) => (
          <li key={path}>
            {path} <span class="caption">{sizeOf(bytes)}</span>
          </li>
        ))}
      </ul>
    </Picture>
  );
}
