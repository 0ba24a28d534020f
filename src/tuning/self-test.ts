/** A second's proof that a device computes rightly: a small product and a histogram, checked against the host. */
import type { Network } from "../core/network.ts";
import type { Clock } from "../core/platform.ts";
import { RandomSequence, streams } from "../core/random.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { read } from "../gpu/device/device-array.ts";
import { lanesOf } from "../gpu/device/packing.ts";
import { submit } from "../gpu/device/recorder.ts";
import { uploadNetworks } from "../passes/device-networks.ts";
import { uploadSplit } from "../passes/device-split.ts";
import { countNeurons } from "../passes/evidence/bits.ts";
import { createForwardPass } from "../passes/forward-pass.ts";

export interface SelfTest {
  readonly product: { readonly passed: boolean; readonly largestError: number; readonly bound: number };
  readonly histogram: { readonly passed: boolean; readonly counts: number; readonly wrong: number };
  readonly elapsedMs: number;
}

// Awkward sizes: none is a multiple of a tile, and the last word of bits is not full.
const SAMPLES = 203;
const FEATURES = 61;
const UNITS = 37;
const CLASSES = 7;

function material() {
  const random = new RandomSequence(0, 0, streams.initialisation);
  const inputs = Uint8Array.from({ length: SAMPLES * FEATURES }, () => random.nextBelow(256));
  const labels = Uint16Array.from({ length: SAMPLES }, (_, sample) => sample % CLASSES);
  const layer = (inputs: number, outputs: number) => ({
    inputs,
    outputs,
    weights: Float32Array.from({ length: outputs * inputs }, () => random.nextUnit() - 0.5),
    biases: Float32Array.from({ length: outputs }, () => random.nextUnit() - 0.5),
  });
  const network: Network = { activation: "relu", layers: [layer(FEATURES, UNITS), layer(UNITS, CLASSES)] };
  return { split: { count: SAMPLES, inputs, labels }, network };
}

/** First layer in float64, and the error that float32 sums of this length may have (study of bounds: docs/measures.md). */
function expected({ split, network }: ReturnType<typeof material>) {
  const { weights, biases } = network.layers[0]!;
  const values = new Float64Array(SAMPLES * UNITS);
  let bound = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (let unit = 0; unit < UNITS; unit++) {
      let sum = biases[unit]!;
      let magnitude = Math.abs(sum);
      for (let input = 0; input < FEATURES; input++) {
        const product = (split.inputs[sample * FEATURES + input]! / 255) * weights[unit * FEATURES + input]!;
        sum += product;
        magnitude += Math.abs(product);
      }
      values[sample * UNITS + unit] = Math.max(0, sum);
      bound = Math.max(bound, 4 * Math.sqrt(FEATURES + 2) * 2 ** -23 * magnitude);
    }
  }
  return { values, bound };
}

/** @throws RunError with what the device reported. */
export async function selfTest(gpu: GpuContext, clock: Clock): Promise<SelfTest> {
  const start = clock();
  const given = material();
  const { values, bound } = expected(given);
  using split = uploadSplit(gpu, "self-test", given.split, FEATURES, CLASSES);
  using networks = uploadNetworks(gpu, [given.network]);
  using forward = await createForwardPass(gpu, networks, split, { rows: 256 });
  submit(gpu, "self-test", (to) => forward.encode(to, 0));
  const outputs = await read(gpu, forward.outputs[0]!);
  const [counted] = await countNeurons(gpu, networks, split);
  let largestError = 0;
  const counts = new Uint32Array(UNITS * CLASSES);
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (let unit = 0; unit < UNITS; unit++) {
      const output = outputs[sample * lanesOf(UNITS) + unit]!;
      const error = Math.abs(output - values[sample * UNITS + unit]!);
      largestError = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(largestError, error);
      // The device's own activation decides the bit: the counts must then agree exactly.
      if (output > 0) counts[unit * CLASSES + given.split.labels[sample]!]!++;
    }
  }
  const wrong = counted![0]!.levels.counts.filter((count, index) => count !== counts[index]).length;
  return {
    product: { passed: largestError <= bound, largestError, bound },
    histogram: { passed: wrong === 0, counts: counts.length, wrong },
    elapsedMs: clock() - start,
  };
}
