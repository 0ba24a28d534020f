/** Options that say what the file of a network leaves unsaid. */
import { type Command, Option } from "commander";
import { type Activation, activations, layerActivation } from "../core/activation.ts";
import { type LayerChain, toNetwork } from "../core/layer-chain.ts";
import type { Network } from "../core/network.ts";
import { type ChannelOrder, channelOrders } from "../core/sample-axes.ts";
import { type ReadOptions, type WeightsLayout, weightsLayouts } from "../models/model-reader.ts";
import { readModel } from "../models/read-model.ts";
import { openModelFiles } from "../platform/node/model-files.ts";
import { under } from "./help.ts";
import { oneOf } from "./option-values.ts";

export interface ModelOptions {
  readonly activation?: Activation;
  readonly weightsLayout?: WeightsLayout;
  readonly channels?: ChannelOrder;
}

export function addModelOptions(command: Command): Command {
  return under(command, "network")
    .addOption(
      new Option("--activation <name>", "of the hidden layers, where the file does not say it").argParser(
        oneOf(activations),
      ),
    )
    .addOption(
      new Option("--weights-layout <name>", `${weightsLayouts.join(" or ")}, where shapes do not say it`).argParser(
        oneOf(weightsLayouts),
      ),
    )
    .addOption(
      new Option("--channels <name>", "first or last: where the network has the colours of pictures").argParser(
        oneOf(channelOrders),
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

function outputNotes({ output, last }: LayerChain): string[] {
  if (last.outputs === 1) {
    const from = output === "sigmoid" ? "sigmoid(z) above 0.5" : "z, taken as a logit, above 0";
    return [`one output for two classes, whose logits are 0 and z: the second class where ${from}`];
  }
  return output === "none" ? [] : [`${output} behind the last layer is left out: the outputs are logits`];
}

/** @throws RunError where the file is missing, damaged, or not a network that can be measured. */
export async function openNetwork(path: string, options: ReadOptions = {}): Promise<OpenedNetwork> {
  const { chain, format, notes } = await readModel(await openModelFiles(path), options);
  return { network: toNetwork(chain, path), format, notes: [...notes, ...outputNotes(chain)] };
}
