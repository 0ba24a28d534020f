/**
 * What a Keras model's configuration says of its layers, as steps of a chain. The same JSON is in .h5 and .keras files of
 * Keras 2 and 3 and in TensorFlow.js layers models. Weights come from whoever calls.
 */
import { z } from "zod";
import { layerActivation } from "../../core/layer-chain.ts";
import { appendAll } from "../../core/long-arrays.ts";
import { schemaFault } from "../../core/schema-fault.ts";
import type { ChainStep } from "../chain-steps.ts";
import type { Refuse } from "../refuse.ts";
import { sizeOf, transposed } from "../tensor.ts";
import { requireLine } from "./keras-line.ts";
import { batchNormalization, normalizationLayer } from "./keras-normalization.ts";
import {
  type KerasLayer,
  optionOf,
  type Passed,
  type Place,
  type SampleShape,
  type Site,
  type Translation,
  type WeightsOf,
} from "./keras-place.ts";

const layerSchema = z.looseObject({
  class_name: z.string(),
  config: z.looseObject({ name: z.string().optional() }),
  inbound_nodes: z.unknown().optional(),
});

const modelSchema = z.looseObject({
  class_name: z.enum(["Sequential", "Functional", "Model"]),
  // The oldest files have the layers of a sequential model in place of its configuration.
  config: z.union([z.looseObject({ layers: z.array(layerSchema) }), z.array(layerSchema)]),
});

// Keras and TensorFlow.js write all options, so one that is missing is damage and has no default here.
const slope = z.number().min(0);
const activationNames = [
  "linear",
  "relu",
  "sigmoid",
  "tanh",
  "elu",
  "gelu",
  "softplus",
  "leaky_relu",
  "softmax",
  "log_softmax",
] as const;
/** Slope of the activation `leaky_relu`, where it has no layer that says it. */
const NAMED_LEAKY_SLOPE = 0.2;

/** Step of an activation that is given by its name; none for `linear`. */
function namedActivation(kind: (typeof activationNames)[number], name: string): ChainStep[] {
  if (kind === "linear") return [];
  if (kind === "softmax") return [{ kind: "output", name, output: "softmax" }];
  if (kind === "log_softmax") return [{ kind: "output", name, output: "log-softmax" }];
  const activation =
    kind === "leaky_relu" ? { kind: "leaky-relu" as const, alpha: NAMED_LEAKY_SLOPE } : layerActivation(kind);
  return [{ kind: "activation", name, activation }];
}

function dense(place: Place): Passed {
  const { name, shape, refuse } = place;
  const weight = place.weights(["kernel", "bias"]);
  const missing = { what: `the kernel of ${name} is missing`, expected: "a model saved as a whole", found: "none" };
  const kernel = weight("kernel") ?? refuse(missing);
  const bias = weight("bias");
  const units = optionOf(place, "units", z.int().min(1));
  const useBias = optionOf(place, "use_bias", z.boolean());
  optionOf(place, "quantization_config", z.null("nothing").optional());
  const [inputs, outputs] = kernel.shape;
  const biasFits = bias === undefined ? !useBias : useBias && bias.shape.length === 1 && bias.shape[0] === units;
  if (inputs === undefined || kernel.shape.length !== 2 || outputs !== units || !biasFits) {
    const expected = `kernel [inputs, ${units}]${useBias ? ` and bias [${units}]` : " and no bias"}`;
    const found = `kernel [${kernel.shape.join(", ")}]${bias ? ` and bias [${bias.shape.join(", ")}]` : ""}`;
    return refuse({ what: `the weights of ${name} do not fit`, expected, found });
  }
  if (shape !== undefined && (shape.length !== 1 || shape[0] !== inputs)) {
    const fix = "flatten the input in front of the first dense layer";
    refuse({ what: `${name} does not fit its input`, expected: `[${inputs}]`, found: `[${shape.join(", ")}]`, fix });
  }
  const weights = transposed(kernel.values, inputs, outputs);
  const biases = bias?.values ?? new Float32Array(outputs);
  const activation = optionOf(place, "activation", z.enum(activationNames));
  return {
    shape: [units],
    steps: [
      { kind: "dense", name, inputs, outputs, weights, biases },
      ...namedActivation(activation, `${activation} of ${name}`),
    ],
  };
}

/** Does nothing outside training. */
const unchanged: Translation = ({ shape }) => ({ shape, steps: [] });

const input = (place: Site): Passed => {
  const extents = z.array(z.int().min(1).nullable()).min(1).optional();
  const declared = optionOf(place, "batch_shape", extents) ?? optionOf(place, "batch_input_shape", extents);
  return { shape: knownShape(declared?.slice(1)), steps: [] };
};

function knownShape(extents: readonly (number | null)[] | undefined): SampleShape {
  const known = extents?.filter((extent) => extent !== null);
  return known?.length === extents?.length ? known : undefined;
}

const flatten: Translation = ({ shape }) => ({ shape: shape && [sizeOf(shape)], steps: [] });

/** Keeps the order of a sample's numbers. */
const reshape: Translation = (place) => {
  const { shape, name, refuse } = place;
  const target = optionOf(place, "target_shape", z.array(z.int()));
  if (target.every((extent) => extent > 0) && (shape === undefined || sizeOf(target) === sizeOf(shape))) {
    return { shape: target, steps: [] };
  }
  const found = `[${target.join(", ")}]`;
  return refuse({ what: `${name} does not fit its input`, expected: "as many numbers, without -1", found });
};

function activationStep(
  { shape, name }: Place,
  activation: Extract<ChainStep, { kind: "activation" }>["activation"],
): Passed {
  return { shape, steps: [{ kind: "activation", name, activation }] };
}

const relu: Translation = (place) => {
  optionOf(place, "max_value", z.null("none"));
  optionOf(place, "negative_slope", z.literal(0).optional());
  optionOf(place, "threshold", z.literal(0).optional());
  return activationStep(place, { kind: "relu" });
};

/** Keras 2 and TensorFlow.js say `alpha`, Keras 3 `negative_slope`. */
const leakyRelu: Translation = (place) => {
  const option = "alpha" in place.layer.config ? "alpha" : "negative_slope";
  return activationStep(place, { kind: "leaky-relu", alpha: optionOf(place, option, slope) });
};

const elu: Translation = (place) => activationStep(place, { kind: "elu", alpha: optionOf(place, "alpha", slope) });

const activation: Translation = (place) => {
  const kind = optionOf(place, "activation", z.enum(activationNames));
  return { shape: place.shape, steps: namedActivation(kind, place.name) };
};

const softmax: Translation = (place) => {
  optionOf(place, "axis", z.union([z.literal(-1), z.literal(1)]).optional());
  return { shape: place.shape, steps: namedActivation("softmax", place.name) };
};

const rescaling: Translation = (place) => {
  const scale = optionOf(place, "scale", z.number());
  const shift = optionOf(place, "offset", z.number());
  return { shape: place.shape, steps: [{ kind: "affine", name: place.name, scale: [scale], shift: [shift] }] };
};

const translations: Readonly<Record<string, Translation>> = {
  Dense: dense,
  InputLayer: input,
  Flatten: flatten,
  Reshape: reshape,
  Dropout: unchanged,
  GaussianNoise: unchanged,
  GaussianDropout: unchanged,
  AlphaDropout: unchanged,
  ActivityRegularization: unchanged,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  ELU: elu,
  Softmax: softmax,
  Activation: activation,
  Rescaling: rescaling,
  Normalization: normalizationLayer,
  BatchNormalization: batchNormalization,
};
const SUPPORTED = `layers ${Object.keys(translations).join(", ")}`;

function layersOf(config: unknown, refuse: Refuse): readonly KerasLayer[] {
  const result = modelSchema.safeParse(config);
  if (!result.success) {
    const { path, expected, found } = schemaFault(result.error, config);
    return refuse({ what: `the model's configuration ${path} is not understood`, expected, found });
  }
  const layers = Array.isArray(result.data.config) ? result.data.config : result.data.config.layers;
  if (result.data.class_name !== "Sequential") requireLine(layers, refuse);
  return layers;
}

/** The first layer may declare the input's shape itself, as in Keras 2 without an InputLayer. */
function declaredShape(layers: readonly KerasLayer[], refuse: Refuse): SampleShape {
  const [layer] = layers;
  return layer && input({ layer, name: layer.config.name ?? layer.class_name, shape: undefined, refuse }).shape;
}

/**
 * Steps of a sequential model, or of a functional one without branches.
 * @param config JSON of the model: `class_name` and `config`.
 * @throws RunError that names the layer where one is not understood.
 */
export function kerasSteps(config: unknown, weightsOf: WeightsOf, refuse: Refuse): ChainStep[] {
  const layers = layersOf(config, refuse);
  const steps: ChainStep[] = [];
  let shape = declaredShape(layers, refuse);
  const counts = new Map<string, number>();
  for (const layer of layers) {
    const { class_name: className } = layer;
    const name = layer.config.name ?? className;
    const translation = Object.hasOwn(translations, className) ? translations[className] : undefined;
    if (translation === undefined) {
      return refuse({ what: `the layer ${name} is not supported`, expected: SUPPORTED, found: className });
    }
    const index = counts.get(className) ?? 0;
    counts.set(className, index + 1);
    const weights = (parts: readonly string[]) => weightsOf({ className, name, index }, parts);
    const passed = translation({ layer, name, shape, refuse, weights });
    shape = passed.shape;
    appendAll(steps, passed.steps);
  }
  return steps;
}
