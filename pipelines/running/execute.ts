import { loaderOf } from "../../runtime/loaderOf.js";
import { makeUnit } from "../config/makeUnit.js";
import type { Registry } from "../config/registry.js";
import { goesOnInItsSource, isModel, isOnlyCounted, isReadAtOnce, nodesOf, type PipelineNode } from "../graph/nodes.js";
import { readsLive } from "../graph/passes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { textSteps } from "../graph/textSteps.js";
import { networksOf } from "../tools/networksOf.js";
import { accountPass } from "./accountPass.js";
import type { ExecuteOptions } from "./executeOptions.js";
import { followLive } from "./followLive.js";
import { KeptValues } from "./keptValues.js";
import { Pass } from "./pass.js";
import { loggedNodes, type PassPlan, planSource } from "./planner.js";
import type { Execution } from "./progress.js";
import { ProgressReporter } from "./progressReporter.js";
import { RunModels } from "./runModels.js";
import type { RunParts } from "./runParts.js";
import { RunState } from "./runState.js";
import { endStep, runStep, takeResults } from "./step.js";
import { StepPauses } from "./stepPauses.js";
import { StreamLog } from "./streamLog.js";
import { textOrigin } from "./textOrigin.js";

const load = loaderOf(import.meta.url);

/**
 * Runs a compiled pipeline in as few passes as its data allows: one over the source, which feeds everything that needs no finished
 * value and logs the streams that are read again; one per epoch over such a log, which feeds every branch that still learns; and one
 * step for each whole value.
 */
export async function execute({ root, registry }: Pipeline, options: ExecuteOptions): Promise<Execution> {
  const { from, checkpointer } = options;
  const nodes = nodesOf(root);
  const parts = partsOf(options, registry);
  const { state, models, pauses } = parts;
  try {
    // Faults show before anything is read.
    for (const node of nodes) if (isModel(node) && node.needs.size === 0) models.of(node);
    if (from) await checkpointer!.restore(from, root, state);
    addLogs(parts, nodes);
    if (!from || from.place) {
      await readSource(parts, root);
      endStep(parts, root, nodes);
    }
    options.onSourceRead?.();
    for (let head = state.tasks[0]; head; head = state.tasks[0]) {
      await pauses.betweenSteps();
      await options.requireInputs?.();
      await runStep(parts, head);
      state.tasks.shift();
      state.epoch = 0;
      endStep(parts, head, nodes);
    }
    const { losses, origins, accounts } = state;
    return { losses, origins, conservation: [...accounts.values()] };
  } catch (error) {
    await checkpointer?.takePoint().catch(() => {}); // the error that came first is the one to tell
    throw error;
  } finally {
    pauses.close();
    await models.close();
    for (const log of state.logs.values()) log.close();
  }
}

function partsOf(options: ExecuteOptions, registry: Registry): RunParts {
  const { ledger, metadata, optionsOf, onProgress, seesBatches = options.onValue !== undefined } = options;
  const state = new RunState(ledger);
  const values = new KeptValues(state.values);
  const create = (node: PipelineNode, epoch: number) =>
    makeUnit(node.unit, values.neededBy(node), optionsOf(node), {
      epoch,
      textSteps: textSteps(node),
      isLive: readsLive(node),
      countsOnly: !seesBatches && isOnlyCounted(node),
      readAtOnce: !seesBatches && isReadAtOnce(node),
      get networks() {
        return networksOf(registry);
      },
      predictorOf: (classifier) =>
        load<typeof import("../tools/predictorOf.js")>("../tools/predictorOf.js").predictorOf(classifier, registry),
      openLanguageModel: (who, model) =>
        load<typeof import("../tools/languageModels.js")>("../tools/languageModels.js").openModelIn(
          registry,
          who,
          model,
        ),
    });
  const originOf: ExecuteOptions["metadata"] =
    metadata && (async (node) => new Map([...(await metadata(node)), ...(await textOrigin(node, optionsOf, values))]));
  const models = new RunModels({
    create: (node) => create(node, 0),
    ledger,
    ...(originOf ? { metadata: originOf } : {}),
  });
  const progress = new ProgressReporter(onProgress);
  const pauses = new StepPauses(state, models, options);
  return { options, state, values, models, progress, pauses, create };
}

/** A log for each stream that is read again, where no earlier run has written one. */
function addLogs({ state, options }: RunParts, nodes: readonly PipelineNode[]): void {
  for (const node of loggedNodes(nodes)) {
    if (state.logs.has(node)) continue;
    const name = `${node.makes.name}.${node.id.replaceAll("/", ".")}.log`;
    state.logs.set(node, new StreamLog(options.logPath(name), node.makes));
  }
}

async function readSource(parts: RunParts, root: PipelineNode): Promise<void> {
  const plan = planSource(root);
  const pass = goesOnInItsSource(root) ? await followLive(parts, root, plan) : await readOnce(parts, root, plan);
  accountPass(parts.state, root, pass.accounts);
  await takeResults(parts, plan.finishing);
}

async function readOnce(parts: RunParts, root: PipelineNode, plan: PassPlan): Promise<Pass> {
  const { source, sourceBytes, ledger } = parts.options;
  const pass = new Pass(parts, plan, { ledger });
  parts.progress.enter("reading", root);
  await pass.run(source().pipe(parts.progress.watchBytes(ledger, sourceBytes, pass)), root.children);
  return pass;
}
