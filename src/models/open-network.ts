/** A network that can be measured, out of its file in any format, with what was done to read it. */
import { type LayerChain, toNetwork } from "../core/layer-chain.ts";
import { shapeOf } from "../core/layers/registry.ts";
import type { Network } from "../core/network.ts";
import type { ModelFiles, ReadOptions } from "./model-reader.ts";
import { readModel } from "./read-model.ts";

export interface OpenedNetwork {
  readonly network: Network;
  readonly format: string;
  /** What was done or assumed beyond the file's letter, as sentences without full stop. */
  readonly notes: readonly string[];
}

function outputNotes({ output, last }: LayerChain): string[] {
  if (shapeOf(last).units === 1) {
    const from = output === "sigmoid" ? "sigmoid(z) above 0.5" : "z, taken as a logit, above 0";
    return [`one output for two classes, whose logits are 0 and z: the second class where ${from}`];
  }
  return output === "none" ? [] : [`${output} behind the last layer is left out: the outputs are logits`];
}

/**
 * @param where the file, for messages
 * @throws as `readModel`; RunError where the network has no hidden layer
 */
export async function openNetworkOf(files: ModelFiles, where: string, options: ReadOptions): Promise<OpenedNetwork> {
  const { chain, format, notes } = await readModel(files, options);
  return { network: toNetwork(chain, where), format, notes: [...notes, ...outputNotes(chain)] };
}
