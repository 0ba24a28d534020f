/** What each ONNX operator means for the value that passes through it: one entry an operator, as in the ONNX specification. */
import { defaultAlphas, type LayerActivation } from "../../core/activation.ts";
import { denseShape } from "../../core/layers/dense.ts";
import { withoutOnes } from "../../core/sample-axes.ts";
import { type AffineStep, normalization } from "../chain-steps.ts";
import type { DenseStep } from "../dense-step.ts";
import { transposed } from "../tensor.ts";
import { type Flow, flowText, layerFlow, spread, type Walk } from "./flow.ts";
import { flatten, reshape, squeeze, transpose } from "./onnx-axes.ts";
import type { Constant } from "./onnx-constants.ts";
import { type AttributeMessage, dataTypes, wholeTypes } from "./onnx-schema.ts";
import {
  attributesOf,
  constantBeside,
  misunderstood,
  numberOf,
  type Operator,
  requireAlone,
  type Stop,
} from "./onnx-stop.ts";

/** No float32 is larger; what older exporters write for no bound. */
const MOST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

function activated(stop: Stop, activation: LayerActivation): Walk {
  requireAlone(stop);
  return withActivation(stop, activation);
}

function withActivation(stop: Stop, activation: LayerActivation): Walk {
  const step = { kind: "activation", name: stop.label, activation } as const;
  return { flow: stop.walk.flow, steps: [...stop.walk.steps, step] };
}

/** An activation without attributes. */
function plain(kind: "relu" | "sigmoid" | "tanh" | "softplus"): Operator {
  return (stop) => {
    attributesOf(stop, []);
    return activated(stop, { kind });
  };
}

function sloped(kind: keyof typeof defaultAlphas): Operator {
  return (stop) => {
    const alpha = numberOf(stop, attributesOf(stop, ["alpha"]), "alpha", defaultAlphas[kind]);
    if (!(alpha >= 0 && Number.isFinite(alpha))) misunderstood(stop, "an alpha of at least 0", String(alpha));
    return activated(stop, { kind, alpha });
  };
}

/** With one slope for all numbers, PRelu is leaky ReLU. */
function oneSlope(stop: Stop): Walk {
  attributesOf(stop, []);
  const { values } = constantBeside(stop);
  const [alpha = Number.NaN] = values;
  if (stop.position !== 0 || values.length !== 1 || !(alpha >= 0 && Number.isFinite(alpha))) {
    const found = values.length === 1 ? `${alpha}` : `${values.length} slopes`;
    misunderstood(stop, "one slope for all numbers, of at least 0", found);
  }
  return withActivation(stop, { kind: "leaky-relu", alpha });
}

/** A bound of Clip: an attribute before opset 11, then an input. */
function boundOf(stop: Stop, name: "min" | "max", usual: number): number {
  const attributes = attributesOf(stop, ["min", "max"]);
  const input = name === "min" ? 1 : 2;
  if ((stop.node.input[input] ?? "") === "") return numberOf(stop, attributes, name, usual);
  return stop.constants[input]?.values[0] ?? misunderstood(stop, `a constant ${name}`, "another value");
}

/** Clipped at 0 from below alone, a value is ReLU. */
function clip(stop: Stop): Walk {
  const [least, most] = [boundOf(stop, "min", -Infinity), boundOf(stop, "max", Infinity)];
  if (stop.position !== 0 || least !== 0 || most < MOST_FLOAT32) {
    misunderstood(stop, "0 as lower and no upper bound, as ReLU has", `${least} to ${most}`);
  }
  return withActivation(stop, { kind: "relu" });
}

function max(stop: Stop): Walk {
  attributesOf(stop, []);
  const { values } = constantBeside(stop);
  if (values.length !== 1 || values[0] !== 0)
    misunderstood(stop, "the larger of the value and 0, as ReLU", `${values}`);
  return withActivation(stop, { kind: "relu" });
}

function gelu(stop: Stop): Walk {
  const said = attributesOf(stop, ["approximate"]).get("approximate")?.s;
  const approximate = said === undefined ? "none" : new TextDecoder().decode(said);
  if (approximate !== "none" && approximate !== "tanh") misunderstood(stop, "approximate none or tanh", approximate);
  return activated(stop, { kind: approximate === "tanh" ? "gelu-tanh" : "gelu" });
}

/** Softmax over the classes. */
function probabilities(output: "softmax" | "log-softmax"): Operator {
  return (stop) => {
    requireAlone(stop);
    const { flow, steps } = stop.walk;
    const axis = numberOf(stop, attributesOf(stop, ["axis"]), "axis", stop.opset < 13 ? 1 : -1);
    const classes = { rows: [1, -1], columns: [0, -2], vector: [0, -1] }[flow.orientation];
    const [, another] = withoutOnes(flow.sample ?? []);
    if (another !== undefined) misunderstood(stop, "one vector of classes a sample", flowText(flow));
    if (!classes.includes(axis))
      misunderstood(stop, `the axis of the classes, ${classes.join(" or ")}`, `axis ${axis}`);
    return { flow, steps: [...steps, { kind: "output", name: stop.label, output }] };
  };
}

/** What is added to and multiplied with the value, from the constant c and whether the value comes first. */
const arithmetic = {
  Add: (c: number) => [1, c],
  Mul: (c: number) => [c, 0],
  Sub: (c: number, valueFirst: boolean) => (valueFirst ? [1, -c] : [-1, c]),
  Div: (c: number) => [1 / c, 0],
} as const;

/** A constant added right behind a product is its bias, and nothing is folded. */
function withBias(walk: Walk, shift: Float64Array): Walk | undefined {
  const last = walk.steps.at(-1);
  if (last?.kind !== "dense" || last.biases.some((bias) => bias !== 0) || shift.length !== last.units) return undefined;
  return { flow: walk.flow, steps: [...walk.steps.slice(0, -1), { ...last, biases: shift }] };
}

function elementwise(kind: keyof typeof arithmetic): Operator {
  return (stop) => {
    attributesOf(stop, []);
    const { walk, position, label } = stop;
    const { shape, values } = constantBeside(stop);
    if (kind === "Div" && position === 1)
      misunderstood(stop, "the value divided by a constant", "a constant divided by it");
    const constant = spread(walk.flow, shape, values);
    if (constant === undefined) {
      return misunderstood(stop, `a constant that fits ${flowText(walk.flow)}`, `shape [${shape.join(", ")}]`);
    }
    const biased = kind === "Add" ? withBias(walk, constant) : undefined;
    if (biased !== undefined) return biased;
    const pairs = Array.from(constant, (c) => arithmetic[kind](c, position === 0));
    const step: AffineStep = {
      kind: "affine",
      name: label,
      scale: pairs.map(([scale]) => scale!),
      shift: pairs.map(([, shift]) => shift!),
    };
    return { flow: walk.flow, steps: [...walk.steps, step] };
  };
}

/** A matrix constant [rows, columns], transposed where asked for. */
function matrix(stop: Stop, { name, shape, values }: Constant, transpose: boolean) {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) {
    return misunderstood(stop, `a matrix ${name}`, `shape [${shape.join(", ")}]`);
  }
  if (!transpose) return { rows, columns, values };
  return { rows: columns, columns: rows, values: transposed(values, rows, columns) };
}

/** The value times a matrix, or a matrix times the value, in the orientation that this needs. */
function product(stop: Stop, constant: Constant, transpose: boolean, need: Flow["orientation"]): DenseStep {
  const { flow } = stop.walk;
  const { rows, columns, values } = matrix(stop, constant, transpose);
  const oriented = flow.orientation === need || flow.orientation === "vector";
  if (!oriented || (flow.sample !== undefined && flow.sample.length !== 1)) {
    const expected = need === "rows" ? "one sample a row, [batch, features]" : "one sample a column, [features, batch]";
    misunderstood(stop, expected, flowText(flow));
  }
  const valueFirst = stop.position === 0;
  const [inputs, outputs] = valueFirst ? [rows, columns] : [columns, rows];
  if (flow.sample !== undefined && flow.sample[0] !== inputs) {
    misunderstood(stop, `${inputs} features, as ${constant.name} has`, flowText(flow));
  }
  const weights = valueFirst ? transposed(values, rows, columns) : values;
  return { ...denseShape(inputs, outputs), name: stop.label, weights, biases: new Float32Array(outputs) };
}

function afterLayer(stop: Stop, step: DenseStep, orientation: Flow["orientation"]): Walk {
  return { flow: { ...layerFlow(stop.walk.flow, step.units), orientation }, steps: [...stop.walk.steps, step] };
}

function matMul(stop: Stop): Walk {
  attributesOf(stop, []);
  const { orientation } = stop.walk.flow;
  const step = product(stop, constantBeside(stop), false, stop.position === 0 ? "rows" : "columns");
  return afterLayer(stop, step, orientation);
}

const times = <T extends DenseStep["weights"]>(values: T, factor: number) =>
  factor === 1 ? values : Float64Array.from(values, (value) => value * factor);

/** Y = alpha A' B' + beta C. */
function gemm(stop: Stop): Walk {
  const attributes = attributesOf(stop, ["alpha", "beta", "transA", "transB"]);
  const flag = (name: string) => numberOf(stop, attributes, name, 0) !== 0;
  const first = stop.position === 0;
  if (stop.position > 1 || stop.walk.flow.orientation === "vector") {
    misunderstood(stop, "the value as a matrix, A or B", flowText(stop.walk.flow));
  }
  const constant = stop.constants[first ? 1 : 0] ?? misunderstood(stop, "a constant matrix", "another value");
  const [ofValue, ofConstant] = first ? (["transA", "transB"] as const) : (["transB", "transA"] as const);
  // A' holds samples in rows, B' in columns.
  const need = first === flag(ofValue) ? "columns" : "rows";
  const bare = product(stop, constant, flag(ofConstant), need);
  const weights = times(bare.weights, numberOf(stop, attributes, "alpha", 1));
  const orientation = first ? "rows" : "columns";
  const step = { ...bare, weights, biases: gemmBias(stop, attributes, bare, orientation) };
  return afterLayer(stop, step, orientation);
}

function gemmBias(
  stop: Stop,
  attributes: Map<string, AttributeMessage>,
  { units, biases }: DenseStep,
  orientation: Flow["orientation"],
): DenseStep["biases"] {
  const name = stop.node.input[2] ?? "";
  if (name === "" && stop.node.input.length <= 3) return biases;
  const bias = stop.constants[2] ?? misunderstood(stop, "a constant C", name);
  const flow: Flow = { orientation, batch: undefined, sample: [units] };
  const values = spread(flow, bias.shape, bias.values);
  if (values === undefined || ![1, units].includes(values.length) || stop.node.input.length > 3) {
    return misunderstood(stop, `a C that fits ${units} outputs`, `shape [${bias.shape.join(", ")}]`);
  }
  const beta = numberOf(stop, attributes, "beta", 1);
  const all = values.length === units ? values : new Float64Array(units).fill(values[0]!);
  return times(all, beta);
}

/** scale (x - mean) / sqrt(variance + epsilon) + bias, of constants, number by number or by channels. */
function batchNormalization(stop: Stop): Walk {
  const attributes = attributesOf(stop, ["epsilon", "momentum", "training_mode", "spatial"]);
  const trains = numberOf(stop, attributes, "training_mode", 0) !== 0 || stop.node.output.length !== 1;
  if (trains || numberOf(stop, attributes, "spatial", 1) !== 1) {
    misunderstood(stop, "one output, as outside training, normalised by channels", "another mode");
  }
  const { flow, steps } = stop.walk;
  const constants = stop.constants.filter((input) => input !== undefined);
  if (stop.position !== 0 || constants.length !== 4 || flow.orientation !== "rows" || flow.sample === undefined) {
    return misunderstood(stop, "the value [batch, features] and four constants", flowText(flow));
  }
  const channels = flow.sample[0]!;
  const shape = [channels, ...flow.sample.slice(1).map(() => 1)];
  const [scale, bias, mean, variance] = constants.map(({ name, values, shape: own }) => {
    if (own.length !== 1 || values.length !== channels) {
      return misunderstood(stop, `${channels} numbers in ${name}`, `shape [${own.join(", ")}]`);
    }
    return spread(flow, shape, values)!;
  }) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const epsilon = numberOf(stop, attributes, "epsilon", 1e-5);
  const step = normalization(stop.label, { scale, bias, mean, variance, epsilon });
  return { flow, steps: [...steps, step] };
}

function unchanged(stop: Stop): Walk {
  return stop.walk;
}

/** Whole numbers to real ones, or to whole ones that hold as many; the other options concern eight-bit types alone. */
function cast(stop: Stop): Walk {
  requireAlone(stop);
  const to = numberOf(stop, attributesOf(stop, ["to", "saturate", "round_mode"]), "to", 0);
  const { flow } = stop.walk;
  if (flow.whole && (to === dataTypes.int32 || to === dataTypes.int64)) return stop.walk;
  if (to !== dataTypes.float32 && to !== dataTypes.float64) {
    const found = wholeTypes.includes(to) && !flow.whole ? `data type ${to}, which rounds` : `data type ${to}`;
    misunderstood(stop, "a cast to float32 or float64", found);
  }
  return { ...stop.walk, flow: { ...flow, whole: false } };
}

/** scale (x - offset), of ai.onnx.ml: what skl2onnx makes of scikit-learn's scalers. Its output is real. */
function scaler(stop: Stop): Walk {
  requireAlone(stop);
  const attributes = attributesOf(stop, ["offset", "scale"]);
  const { flow, steps } = stop.walk;
  const [offset, scale] = ["offset", "scale"].map((name) => {
    const values = attributes.get(name)?.floats ?? [];
    const said = values.length === 0 ? undefined : spread(flow, [values.length], values);
    return said ?? misunderstood(stop, `${name} for ${flowText(flow)}`, `${values.length} numbers`);
  }) as [Float64Array, Float64Array];
  const shift = Array.from({ length: Math.max(offset.length, scale.length) }, (_, index) => {
    return -offset[offset.length === 1 ? 0 : index]! * scale[scale.length === 1 ? 0 : index]!;
  });
  const step: AffineStep = { kind: "affine", name: stop.label, scale, shift };
  return { flow: { ...flow, whole: false }, steps: [...steps, step] };
}

/** Nothing is dropped outside training. */
function dropout(stop: Stop): Walk {
  attributesOf(stop, ["ratio", "seed"]);
  if (stop.node.input.length > 2) misunderstood(stop, "at most a ratio beside the value", "a training mode");
  return stop.walk;
}

export const operators: Readonly<Record<string, Operator>> = {
  Gemm: gemm,
  MatMul: matMul,
  Add: elementwise("Add"),
  Sub: elementwise("Sub"),
  Mul: elementwise("Mul"),
  Div: elementwise("Div"),
  Relu: plain("relu"),
  Sigmoid: plain("sigmoid"),
  Tanh: plain("tanh"),
  Softplus: plain("softplus"),
  LeakyRelu: sloped("leaky-relu"),
  Elu: sloped("elu"),
  Gelu: gelu,
  PRelu: oneSlope,
  Clip: clip,
  Max: max,
  BatchNormalization: batchNormalization,
  Identity: unchanged,
  Dropout: dropout,
  Cast: cast,
  Flatten: flatten,
  Reshape: reshape,
  Squeeze: squeeze,
  Transpose: transpose,
  Softmax: probabilities("softmax"),
  LogSoftmax: probabilities("log-softmax"),
};

/** Of the domain ai.onnx.ml. */
export const learningOperators: Readonly<Record<string, Operator>> = { Scaler: scaler };

/** Operators that take whole numbers as they are. Of others, dividing for one, whole numbers would be rounded. */
export const takesWhole: readonly string[] = [
  "Cast",
  "Flatten",
  "Identity",
  "Reshape",
  "Scaler",
  "Squeeze",
  "Transpose",
];
