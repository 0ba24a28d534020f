/** Options that say what the file of a network leaves unsaid. */
import { type Command, Option } from "commander";
import { type Activation, activations, layerActivation } from "../../core/activation.ts";
import { type ChannelOrder, channelOrders } from "../../core/sample-axes.ts";
import { type ReadOptions, type WeightsLayout, weightsLayouts } from "../../models/model-reader.ts";
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
