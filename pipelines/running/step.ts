import { from } from "rxjs";
import type { FlowGate } from "../../runtime/flow.js";
import { Ledger } from "../../runtime/ledger.js";
import { type Model, TEXT_PARTS } from "../../schemas/index.js";
import { duringPass, isModel, isUpdated, nameOf, type PipelineNode } from "../graph/nodes.js";
import { accountPass } from "./accountPass.js";
import { keepSnapshots } from "./keepSnapshots.js";
import { Pass } from "./pass.js";
import { countPasses, type PassPlan, planPass, readySteps } from "./planner.js";
import type { RunParts } from "./runParts.js";

/**
 * Runs the step that a node begins, from the epoch that the run has come to: a whole value once, a log as often as a model wants it, and
 * no more once all of its models have ended early.
 */
export async function runStep(parts: RunParts, head: PipelineNode): Promise<void> {
  const { state, models, progress, pauses, options } = parts;
  const wanted = new Map(modelsIn(head).map((model) => [model, models.of(model).epochs]));
  const epochsOf = (model: PipelineNode) => state.ended.get(model) ?? wanted.get(model)!;
  const first = state.epoch;
  let passes = countPasses(head, epochsOf);
  for (let epoch = first; epoch < passes; epoch++) {
    const plan = planPass(head, epochsOf, epoch);
    if (head.startsPass || isModel(head)) progress.enter(stageOf(head, plan, passes), head, epoch, passes);
    state.epoch = epoch;
    const canTell = plan.models.every((model) => models.of(model).save);
    if (epoch > first && canTell) await pauses.betweenSteps();
    if (epoch > first) await options.requireInputs?.();
    await (head.startsPass ? readLog(parts, head, plan) : readValue(parts, head, plan));
    await endEarly(parts, plan);
    if (head.startsPass) for (const model of plan.models) await keepSnapshots(parts, model, epoch + 1);
    const left = passes;
    passes = countPasses(head, epochsOf);
    if (passes < left) progress.endEarly(passes);
    await takeResults(parts, planPass(head, epochsOf, epoch).finishing);
  }
  pauses.willCome = false;
}

const modelsIn = (head: PipelineNode) => duringPass(head).filter(isUpdated);

/** Asks the models that another pass would come for whether they want it. */
async function endEarly(parts: RunParts, { epoch, models: learning, finishing }: PassPlan): Promise<void> {
  const { state, models } = parts;
  for (const model of learning.filter((each) => !finishing.includes(each)))
    if (await models.of(model).endPass?.()) state.ended.set(model, epoch + 1);
  for (const model of learning) tellHeldOut(parts, model, models.of(model));
}

/** Notes what a model has seen of what it holds out, beside the losses of its passes. */
function tellHeldOut({ state, progress }: RunParts, node: PipelineNode, model: Model): void {
  const { heldOutLosses = [], heldOutScores = {} } = model;
  const losses = state.losses.get(node) ?? [];
  const scoresOf = (epoch: number) =>
    Object.fromEntries(
      Object.entries(heldOutScores).flatMap(([name, scores]) =>
        epoch < scores.length ? [[name, scores[epoch]!]] : [],
      ),
    );
  for (const [epoch, heldOut] of heldOutLosses.entries())
    if (losses[epoch]) losses[epoch] = { ...losses[epoch], heldOut, heldOutScores: scoresOf(epoch) };
  if (heldOutLosses.length > 0)
    progress.heldOut(nameOf(node), heldOutLosses.at(-1)!, scoresOf(heldOutLosses.length - 1));
}

const stageOf = ({ unit }: PipelineNode, { epoch }: PassPlan, passes: number) =>
  passes > 1 ? `epoch ${epoch + 1} of ${passes}` : unit.name;

/** Takes what models have learned, and closes them. */
export async function takeResults(parts: RunParts, nodes: readonly PipelineNode[]): Promise<void> {
  const { state, values, models, options } = parts;
  for (const node of nodes) {
    const model = models.of(node);
    const result = await models.finish(node);
    tellHeldOut(parts, node, model);
    const origin = node.makes.origin?.of(result as never);
    if (origin) state.origins.set(node, new Map([...origin].filter(([key]) => key !== TEXT_PARTS))); // which may be large
    options.onValue?.(node, result);
    values.keep(node, result);
  }
}

/** The step that a node began is over: others can begin, and values go that nobody wants any more. */
export function endStep({ state, values }: RunParts, head: PipelineNode, nodes: readonly PipelineNode[]): void {
  const { tasks, done, snapshots } = state;
  for (const node of duringPass(head)) done.add(node);
  tasks.push(...readySteps(nodes, done, tasks));
  snapshots.delete(head);
  values.release(done);
}

async function readValue(parts: RunParts, head: PipelineNode, plan: PassPlan): Promise<void> {
  const { ledger } = parts.options;
  const read = [...(parts.state.snapshots.get(head) ?? []), parts.values.of(head.parent!)];
  await new Pass(parts, plan, { ledger }).run(from(read), [head]);
}

async function readLog(parts: RunParts, head: PipelineNode, plan: PassPlan): Promise<void> {
  const { state, progress, pauses, options } = parts;
  const log = state.logs.get(head.parent!)!;
  const ledger = new Ledger();
  const pause = (gate: FlowGate) => pauses.betweenBatches(gate, plan.models);
  const pass = new Pass(parts, plan, { ledger, pause });
  pauses.beginLog();
  const batches = log.read(plan.epoch, pause);
  const count = (tokens: number) => options.checkpointer?.count(tokens);
  await pass.run(batches.pipe(progress.watchTokens(head.parent!.makes, log.size.tokens, count, pass)), [head]);
  options.ledger.absorb(ledger);
  accountPass(state, head, pass.accounts);
}
