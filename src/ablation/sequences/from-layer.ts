/**
 * A search from the lowest layer on whose neurons it removes: what they answer never changes, so it is computed once, and takes the
 * place of the samples. That layer then has as many inputs as neurons, and passes each on, which a pass over samples that fit in one
 * chunk need not compute.
 */
import { denseShape } from "../../core/layers/dense.ts";
import type { Layer } from "../../core/layers/registry.ts";
import { networkShape } from "../../core/network.ts";
import { type DevicePages, type DeviceSplit, uploadSplit } from "../../passes/device-split.ts";
import { forwardOperations } from "../../passes/forward-pass.ts";
import { hiddenOutputs, networkAbove } from "../hidden-outputs.ts";
import type { Search } from "./search.ts";

/** What a greedy search looks at: a network, samples, and what stands for its neurons. */
export type Searched = Pick<Search, "gpu" | "network" | "samples" | "constants">;

function isWhole(samples: DevicePages): samples is DeviceSplit {
  return "inputs" in samples;
}

/** z = t, exactly: every sum has one product that is not 0, and that is by 1. */
function passingOn(units: number): Layer {
  const weights = new Float32Array(units * units);
  for (let unit = 0; unit < units; unit++) weights[unit * (units + 1)] = 1;
  return { inputs: units, outputs: units, weights, biases: new Float32Array(units) };
}

function passedOn(samples: DeviceSplit): DeviceSplit {
  const own: DeviceSplit = { ...samples, passedOn: true, eachPage: (work) => work(own) };
  return own;
}

/**
 * The search without what lies below hidden layer `lowest`, from 0; undefined where that would not save operations, or where samples
 * come in pages, which are read again for every step.
 * @returns with samples of its own, which the caller disposes of
 * @throws RunError with what the device reported
 */
export async function fromLayer(
  { gpu, network, samples, constants }: Searched,
  lowest: number,
): Promise<(Searched & { readonly samples: DeviceSplit }) | undefined> {
  const shape = networkShape(network);
  const { units } = shape[lowest]!;
  const below = forwardOperations(shape.slice(0, lowest + 1));
  if (!isWhole(samples) || below <= forwardOperations([denseShape(units, units)])) return undefined;
  const { count, host, classes } = samples;
  const inputs = await hiddenOutputs(gpu, network, lowest + 1, samples);
  const above = networkAbove(network, lowest + 1);
  return {
    gpu,
    network: {
      activation: [{ kind: "identity" }, ...above.activation],
      layers: [passingOn(units), ...above.layers],
    },
    samples: passedOn(uploadSplit(gpu, "answers", { count, inputs, labels: host.labels }, units, classes)),
    constants: constants.slice(lowest),
  };
}
