/**
 * What Keras writes into layers' configurations. Every field is either read where the layer is translated, or stands here as
 * one that changes nothing of what a trained layer computes, or here with the values at which it changes nothing. Another field
 * is refused by its name: it may be what makes the layer another one.
 */
import { z } from "zod";
import { optionOf, type Site } from "./keras-place.ts";

/** Of all layers: names, what training does, and shapes that are told again. */
const OF_ALL = [
  "name",
  "trainable",
  "activity_regularizer",
  "batch_input_shape",
  "batch_shape",
  "input_dim",
  "input_dtype",
  "input_length",
  "build_config",
];
const seeded = ["seed", "noise_shape"];
const regular = (...parts: readonly string[]) =>
  parts.flatMap((part) => [`${part}_initializer`, `${part}_regularizer`, `${part}_constraint`]);

interface Fields {
  /** Read by the translation. */
  readonly read: readonly string[];
  /** Change nothing. */
  readonly harmless?: readonly string[];
  /** Change nothing at these values. */
  readonly only?: Readonly<Record<string, readonly unknown[]>>;
}

const fields: Readonly<Record<string, Fields>> = {
  Dense: {
    read: ["units", "activation", "use_bias", "quantization_config"],
    harmless: [...regular("kernel", "bias"), "lora_alpha"],
    only: { lora_rank: [null] },
  },
  InputLayer: { read: [], harmless: ["optional"], only: { sparse: [false, null], ragged: [false, null] } },
  Flatten: { read: ["data_format"] },
  Reshape: { read: ["target_shape"] },
  Permute: { read: ["dims"] },
  Dropout: { read: [], harmless: ["rate", ...seeded] },
  GaussianNoise: { read: [], harmless: ["stddev", ...seeded] },
  GaussianDropout: { read: [], harmless: ["rate", ...seeded] },
  AlphaDropout: { read: [], harmless: ["rate", ...seeded] },
  ActivityRegularization: { read: [], harmless: ["l1", "l2"] },
  ReLU: { read: ["max_value", "negative_slope", "threshold"] },
  LeakyReLU: { read: ["alpha", "negative_slope"] },
  ELU: { read: ["alpha"] },
  Softmax: { read: ["axis"] },
  Activation: { read: ["activation"] },
  Rescaling: { read: ["scale", "offset"] },
  Normalization: { read: ["axis", "mean", "variance", "invert"] },
  BatchNormalization: {
    read: ["axis", "scale", "center", "epsilon"],
    harmless: [
      ...regular("gamma", "beta"),
      "moving_mean_initializer",
      "moving_variance_initializer",
      "momentum",
      "fused",
      "synchronized",
      "renorm_momentum",
    ],
    only: {
      mode: [0],
      renorm: [false],
      renorm_clipping: [null],
      virtual_batch_size: [null],
      adjustment: [null],
    },
  },
};

/** Types in which a layer computes what it computes in float32, up to rounding. */
const REAL_TYPES = ["float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"];
const WHOLE_TYPES = ["uint8", "int8", "uint16", "int16", "int32", "int64", "uint32", "uint64"];

/** A name, or in Keras 3 a policy with a name. */
const typeSchema = z
  .union([
    z.string(),
    z.looseObject({ class_name: z.enum(["DTypePolicy", "Policy"]), config: z.looseObject({ name: z.string() }) }),
  ])
  .nullish();

/** @throws RunError where the type is none of real numbers, or of whole ones for an input. */
function typeOf(site: Site, allowed: readonly string[]): string | undefined {
  const type = optionOf<string | { config: { name: string } } | null | undefined>(site, "dtype", typeSchema);
  const name = typeof type === "string" ? type : type?.config.name;
  if (name === undefined || allowed.includes(name)) return name;
  const { refuse, name: layer } = site;
  return refuse({ what: `dtype of ${layer} is not understood`, expected: allowed.join(", "), found: name });
}

/** Whether an input layer takes whole numbers. */
export function takesWhole(site: Site): boolean {
  return WHOLE_TYPES.includes(typeOf(site, [...REAL_TYPES, ...WHOLE_TYPES]) ?? "");
}

/**
 * @returns the type in which the layer computes, where it is said
 * @throws RunError that names a field which might change what the layer computes.
 */
export function knownType(site: Site): string | undefined {
  const { layer, name, refuse } = site;
  const { class_name: className, config, module, registered_name: registered } = layer;
  const known = fields[className] ?? { read: [] };
  const { read, harmless = [], only = {} } = known;
  const foreign = [module, registered].find((text) => typeof text === "string" && !isOfKeras(text, className));
  if (foreign !== undefined) {
    refuse({
      what: `the layer ${name} is one of its own kind`,
      expected: `${className} of Keras`,
      found: String(foreign),
    });
  }
  for (const [field, value] of Object.entries(config)) {
    if (field === "dtype" || [...OF_ALL, ...read, ...harmless].includes(field)) continue;
    const values = only[field];
    if (values?.includes(value)) continue;
    refuse({
      what: `${field} of ${name} is not understood`,
      expected:
        values?.map((one) => JSON.stringify(one)).join(" or ") ??
        `a ${className} of ${read.join(", ") || "no options"}`,
      found: JSON.stringify(value) ?? "nothing",
    });
  }
  return className === "InputLayer" ? undefined : typeOf(site, REAL_TYPES);
}

/** `keras.layers`, `tensorflow.keras.layers`; `Dense`, or in Keras 2 `Keras>Dense`. */
function isOfKeras(text: string, className: string): boolean {
  return /(^|\.)(tf_)?keras(\.|$)/.test(text) || text === className || text === `Keras>${className}`;
}
