/** `gpu-importance prune --json`: what was done, as data. */
import { networkActivationText } from "../../core/activation.ts";
import { inputsText } from "../../core/input-treatment.ts";
import { layerSizes } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import { jsonText } from "../../core/plain-text.ts";
import { given } from "../../host/given.ts";
import { shapleyConfig } from "../../measures/shapley-config.ts";
import { requireMeasure } from "../../pruning/choose-removals.ts";
import type { TwinCheck } from "../../pruning/masked-twin.ts";
import { networkCost } from "../../pruning/network-cost.ts";
import type { RemovedNeuron } from "../../pruning/removed-file.ts";
import type { PrunedState } from "../display/prune-text.ts";
import type { PruneOptions } from "../options/prune-options.ts";

interface PruneRecord {
  readonly model: string;
  readonly options: PruneOptions;
  /** Before, after, and finetuned where it was. */
  readonly states: readonly PrunedState[];
  readonly check: TwinCheck;
  readonly removed: readonly RemovedNeuron[];
  readonly warnings: readonly string[];
}

function stateFields({ network, bytes, accuracies }: PrunedState) {
  return {
    widths: layerSizes(networkShape(network)),
    activation: networkActivationText(network.activation),
    inputs: inputsText(network, network.input?.shape),
    bytes,
    ...networkCost(network),
    accuracies,
  };
}

export function pruneJson({ model, options, states, check, removed, warnings }: PruneRecord): string {
  const { data, normalize, standardize, out, measure, bits, bins, mode, scope, keep, maxAccuracyLoss, finetune } =
    options;
  const sampling = shapleyConfig({ ...options, measures: [measure] });
  const [before, after, finetuned] = states;
  const name = requireMeasure(measure).unit === "bit" ? "valueBits" : "value";
  const record = {
    model,
    data,
    normalize,
    standardize,
    out,
    measure,
    ...given({ bits, bins }),
    ...sampling,
    ...(sampling.shapleyDraws !== undefined && { seed: options.seed }),
    mode,
    scope,
    ...keep,
    maxAccuracyLoss,
    finetuneEpochs: finetune,
    before: stateFields(before!),
    after: stateFields(after!),
    ...(finetuned === undefined ? {} : { finetuned: stateFields(finetuned) }),
    maskedTwin: check,
    ...(warnings.length > 0 && { warnings }),
    removed: removed.map(({ value, ...neuron }) => ({ ...neuron, [name]: value })),
  };
  return `${jsonText(record)}\n`;
}
