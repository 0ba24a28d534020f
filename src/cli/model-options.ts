/** Options that say what the file of a network leaves unsaid. */
import { type Command, Option } from "commander";
import { type Activation, activations, layerActivation } from "../core/activation.ts";
import { toNetwork } from "../core/layer-chain.ts";
import type { Network } from "../core/network.ts";
import { type ReadOptions, type WeightsLayout, weightsLayouts } from "../models/model-reader.ts";
import { readModel } from "../models/read-model.ts";
import { openModelFiles } from "../platform/node/model-files.ts";
import { oneOf } from "./option-values.ts";

export interface ModelOptions {
  readonly activation?: Activation;
  readonly weightsLayout?: WeightsLayout;
}

export function addModelOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--activation <name>", "of the hidden layers, where the file does not say it").argParser(
        oneOf(activations),
      ),
    )
    .addOption(
      new Option("--weights-layout <name>", `${weightsLayouts.join(" or ")}, where shapes do not say it`).argParser(
        oneOf(weightsLayouts),
      ),
    );
}

export function readOptionsOf({ activation, weightsLayout }: ModelOptions): ReadOptions {
  return {
    ...(activation === undefined ? {} : { activation: layerActivation(activation) }),
    ...(weightsLayout === undefined ? {} : { weightsLayout }),
  };
}

export interface OpenedNetwork {
  readonly network: Network;
  readonly format: string;
  /** What was done or assumed beyond the file's letter. */
  readonly notes: readonly string[];
}

/** @throws RunError where the file is missing, damaged, or not a network that can be measured. */
export async function openNetwork(path: string, options: ReadOptions = {}): Promise<OpenedNetwork> {
  const { chain, format, notes } = await readModel(await openModelFiles(path), options);
  const { output } = chain;
  const dropped = output === "none" ? [] : [`${output} behind the last layer is left out: the outputs are logits`];
  return { network: toNetwork(chain, path), format, notes: [...notes, ...dropped] };
}
