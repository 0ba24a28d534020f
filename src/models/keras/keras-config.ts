/**
 * What a Keras model's configuration says of its layers, as steps of a chain. The same JSON is in .h5 and .keras files of
 * Keras 2 and 3 and in TensorFlow.js layers models. Weights come from whoever calls.
 */
import { z } from "zod";
import { layerActivation } from "../../core/activation.ts";
import { denseShape } from "../../core/layers/dense.ts";
import { appendAll } from "../../core/long-arrays.ts";
import type { InputForm } from "../../core/network.ts";
import { withoutOnes } from "../../core/sample-axes.ts";
import { schemaFault } from "../../core/schema-fault.ts";
import { type ChainStep, chainOf } from "../chain-steps.ts";
import type { ReadChain } from "../model-reader.ts";
import type { Refuse } from "../refuse.ts";
import { permutedPlaces, sizeOf, transposed } from "../tensor.ts";
import { knownType, takesWhole } from "./keras-fields.ts";
import { requireLastOutput, requireLine } from "./keras-line.ts";
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
  module: z.unknown().optional(),
  registered_name: z.unknown().optional(),
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
      { ...denseShape(inputs, units), name, weights, biases },
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

/** Puts the axes of a sample in another order. */
function permuted({ shape, name, refuse }: Place, axes: (rank: number) => readonly number[]): Passed {
  if (shape === undefined) {
    const fix = "save the model with the shape of its input, keras.Input((height, width, channels)) for one";
    return refuse({
      what: `${name} moves axes of an input of unknown shape`,
      expected: "its shape",
      found: "none",
      fix,
    });
  }
  const order = axes(shape.length);
  const sources = permutedPlaces(shape, order);
  const moves = sources.some((source, index) => source !== index);
  return { shape: order.map((axis) => shape[axis]!), steps: moves ? [{ kind: "order", name, sources }] : [] };
}

const dataFormat = z.enum(["channels_last", "channels_first", "channelsLast", "channelsFirst"]).nullish();

/** Channels in front go behind the other axes first, so that both formats give the same numbers in the same order. */
const flatten: Translation = (place) => {
  const first = optionOf(place, "data_format", dataFormat)?.endsWith("irst") === true;
  const { shape, steps } = first
    ? permuted(place, (rank) => [...Array.from({ length: rank - 1 }, (_, axis) => axis + 1), 0])
    : { shape: place.shape, steps: [] };
  return { shape: shape && [sizeOf(shape)], steps };
};

/** `dims` count from 1. */
const permute: Translation = (place) => {
  const dims = optionOf(place, "dims", z.array(z.int().min(1)).min(1));
  return permuted(place, (rank) => {
    const wanted = Array.from({ length: rank }, (_, axis) => axis + 1);
    if (dims.toSorted((a, b) => a - b).join() === wanted.join()) return dims.map((dim) => dim - 1);
    const expected = `each of ${wanted.join(", ")} once`;
    return place.refuse({ what: `dims of ${place.name} do not fit`, expected, found: dims.join(", ") });
  });
};

/** Keeps the order of a sample's numbers; one extent may be -1, what is left over. */
const reshape: Translation = (place) => {
  const { shape, name, refuse } = place;
  const target = optionOf(place, "target_shape", z.array(z.int()));
  const rest = shape && sizeOf(shape) / sizeOf(target.filter((extent) => extent !== -1));
  const extents = target.map((extent) => (extent === -1 ? (rest ?? extent) : extent));
  const positive = extents.every((extent) => Number.isInteger(extent) && extent > 0);
  if (positive && (shape === undefined || sizeOf(extents) === sizeOf(shape))) return { shape: extents, steps: [] };
  const expected = shape === undefined ? "extents without -1" : `${sizeOf(shape)} numbers`;
  return refuse({ what: `${name} does not fit its input`, expected, found: `[${target.join(", ")}]` });
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
  optionOf(place, "axis", z.union([z.literal(-1), z.literal(1), z.tuple([z.literal(-1)])]).optional());
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
  Permute: permute,
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

interface Layers {
  readonly layers: readonly KerasLayer[];
  /** Of the input, where the model was built without an input layer. */
  readonly builtShape?: SampleShape;
}

function layersOf(config: unknown, refuse: Refuse): Layers {
  const result = modelSchema.safeParse(config);
  if (!result.success) {
    const { path, expected, found } = schemaFault(result.error, config);
    return refuse({ what: `the model's configuration ${path} is not understood`, expected, found });
  }
  const { class_name: className, config: content } = result.data;
  if (Array.isArray(content)) return { layers: content };
  const { layers } = content;
  if (className === "Sequential") return { layers, builtShape: builtShapeOf(content.build_input_shape) };
  requireLine(layers, refuse);
  requireLastOutput(layers, content.output_layers, refuse);
  return { layers };
}

function builtShapeOf(shape: unknown): SampleShape {
  const extents = z.array(z.int().min(1).nullable()).min(2).safeParse(shape);
  return extents.success ? knownShape(extents.data.slice(1)) : undefined;
}

/** The first layer may declare the input's shape itself, as in Keras 2 without an InputLayer. */
function inputOf({ layers, builtShape }: Layers, refuse: Refuse): InputForm {
  const [layer] = layers;
  if (layer === undefined) return {};
  const site = { layer, name: layer.config.name ?? layer.class_name, shape: undefined, refuse };
  const shape = input(site).shape ?? builtShape;
  const whole = layer.class_name === "InputLayer" && takesWhole(site);
  return { ...(shape && { shape }), ...(whole && { whole }) };
}

/** Softmax works along the last axis. */
function requireOneVector({ shape, steps }: Passed, name: string, refuse: Refuse): void {
  const [, another] = withoutOnes(shape ?? []);
  if (another === undefined || !steps.some(({ kind }) => kind === "output")) return;
  const found = `[${shape!.join(", ")}]`;
  refuse({ what: `${name} is not understood here`, expected: "one vector of classes a sample", found });
}

interface KerasChain {
  readonly steps: readonly ChainStep[];
  readonly input: InputForm;
  readonly notes: readonly string[];
}

const USUAL_TYPE = "float32";

/** The chain of a model, with what its configuration gave rise to say. */
export function kerasChain(config: unknown, weightsOf: WeightsOf, refuse: Refuse): ReadChain {
  const { steps, input, notes: said } = kerasSteps(config, weightsOf, refuse);
  const { chain, notes } = chainOf(steps, refuse, input);
  return { chain, notes: [...said, ...notes] };
}

/**
 * Steps of a sequential model, or of a functional one without branches, and what it says of its input.
 * @param config JSON of the model: `class_name` and `config`.
 * @throws RunError that names the layer where one is not understood.
 */
function kerasSteps(config: unknown, weightsOf: WeightsOf, refuse: Refuse): KerasChain {
  const found = layersOf(config, refuse);
  const { layers } = found;
  const steps: ChainStep[] = [];
  const types = new Set<string>();
  const entry = inputOf(found, refuse);
  let { shape }: { readonly shape?: SampleShape } = entry;
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
    types.add(knownType({ layer, name, shape, refuse }) ?? USUAL_TYPE);
    const passed = translation({ layer, name, shape, refuse, weights });
    requireOneVector(passed, name, refuse);
    // An input layer that leaves its shape open knows no less than the model does.
    shape = passed.shape ?? (layer.class_name === "InputLayer" ? shape : undefined);
    appendAll(steps, passed.steps);
  }
  const others = [...types].filter((type) => type !== USUAL_TYPE);
  const notes =
    others.length === 0 ? [] : [`computed in ${USUAL_TYPE}; in its file the network computes in ${others.join(", ")}`];
  return { steps, input: entry, notes };
}
