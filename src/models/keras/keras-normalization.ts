/** Keras layers that scale and shift by constants outside training: Normalization and BatchNormalization. */
import { z } from "zod";
import { type ChainStep, normalization } from "../chain-steps.ts";
import { sizeOf, type Tensor } from "../tensor.ts";
import { optionOf, type Passed, type Place, type Translation, type Weights } from "./keras-place.ts";

/** Keras divides by no less than this (keras.config.epsilon()). */
const LEAST_DEVIATION = 1e-7;

const axisSchema = z.union([z.int(), z.array(z.int()), z.null()]);
const numbers = z.union([z.number(), z.array(z.number()).min(1), z.null()]).optional();

/** @throws RunError where the axis is another than the last, whose extent is that of what is normalised together. */
function requireLastAxis(place: Place): void {
  const { name, shape, refuse } = place;
  const [axis, another] = [optionOf(place, "axis", axisSchema)].flat();
  if (shape !== undefined && another === undefined && (axis === -1 || axis === shape.length)) return;
  const found = `axis ${[axis, another].filter((one) => one !== undefined).join(", ")} of [${shape?.join(", ") ?? "?"}]`;
  refuse({ what: `${name} is not understood here`, expected: "a known shape and its last axis, -1", found });
}

/** Numbers of the last axis, one a number of the sample. */
function spread(place: Place, part: string, values: ArrayLike<number>): Float64Array {
  const { name, shape = [], refuse } = place;
  const channels = shape.at(-1) ?? 0;
  if (values.length !== channels) {
    return refuse({
      what: `${part} of ${name} does not fit`,
      expected: `${channels} numbers`,
      found: `${values.length}`,
    });
  }
  return Float64Array.from({ length: sizeOf(shape) }, (_, index) => values[index % channels]!);
}

function required(place: Place, weight: Weights, part: string): Tensor {
  const what = `${part} of ${place.name} is missing`;
  return weight(part) ?? place.refuse({ what, expected: "a model saved as a whole", found: "none" });
}

function passed({ shape }: Place, step: ChainStep): Passed {
  return { shape, steps: [step] };
}

/** gamma (x - moving mean) / sqrt(moving variance + epsilon) + beta. */
export const batchNormalization: Translation = (place) => {
  requireLastAxis(place);
  const scales = optionOf(place, "scale", z.boolean());
  const centers = optionOf(place, "center", z.boolean());
  const epsilon = optionOf(place, "epsilon", z.number().min(0));
  const parts = [...(scales ? ["gamma"] : []), ...(centers ? ["beta"] : []), "moving_mean", "moving_variance"];
  const weight = place.weights(parts);
  const values = (part: string) => spread(place, part, required(place, weight, part).values);
  const [mean, variance] = [values("moving_mean"), values("moving_variance")];
  const [scale, bias] = [scales ? values("gamma") : [1], centers ? values("beta") : [0]];
  return passed(place, normalization(place.name, { scale, bias, mean, variance, epsilon }));
};

/** What the configuration says itself: one number for all, or one a number of the last axis. */
function saidIn(place: Place, part: "mean" | "variance"): Float64Array | undefined {
  const said = optionOf(place, part, numbers) ?? undefined;
  if (said === undefined) return undefined;
  return typeof said === "number" ? Float64Array.of(said) : spread(place, part, said);
}

/** (x - mean) / max(sqrt(variance), 1e-7). */
export const normalizationLayer: Translation = (place) => {
  optionOf(place, "invert", z.literal(false).optional());
  const [saidMean, saidVariance] = [saidIn(place, "mean"), saidIn(place, "variance")];
  const said = saidMean !== undefined && saidVariance !== undefined;
  if (!said || saidMean.length > 1 || saidVariance.length > 1) requireLastAxis(place);
  const weight = place.weights(said ? [] : ["mean", "variance", "count"]);
  const values = (part: string) => spread(place, part, required(place, weight, part).values);
  const mean = saidMean ?? values("mean");
  const deviations = (saidVariance ?? values("variance")).map((one) => Math.max(Math.sqrt(one), LEAST_DEVIATION));
  const variance = deviations.map((deviation) => deviation * deviation);
  return passed(place, normalization(place.name, { scale: [1], bias: [0], mean, variance, epsilon: 0 }));
};
