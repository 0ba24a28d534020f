/**
 * Activations that exporters write as several nodes: GELU is Div, Erf, Add, Mul, Mul before opset 20, in an order that
 * differs between exporters. Nodes that together make one value of one other, number by number, are a function of a real
 * number; its values over a grid tell which activation it is, whatever the order, or that it is none.
 */
import type { LayerActivation } from "../../core/activation.ts";
import { activate, errorFunction, logistic } from "../../core/activation-values.ts";
import type { Constant } from "./onnx-constants.ts";
import type { NodeMessage } from "./onnx-schema.ts";

/** GELU by tanh takes 8 nodes; constants that are computed, a few more. */
const MOST_NODES = 24;

/** From -30 to 30: beyond it all candidates are 0, 1 or the value itself, as far as float32 can tell. */
const grid = Float64Array.from({ length: 1921 }, (_, index) => (index - 960) / 32);
/** Constants of a pattern are float32, so that values are right to some units in their last place. */
const CLOSE = 32 * 2 ** -24;

const candidates: readonly LayerActivation[] = [
  { kind: "gelu" },
  { kind: "gelu-tanh" },
  { kind: "softplus" },
  { kind: "sigmoid" },
  { kind: "tanh" },
  { kind: "relu" },
];

const unary: Readonly<Record<string, (x: number) => number>> = {
  Erf: errorFunction,
  Exp: Math.exp,
  Identity: (x) => x,
  Log: Math.log,
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(x, 0),
  Sigmoid: logistic,
  Softplus: (x) => activate(x, "softplus"),
  Sqrt: Math.sqrt,
  Tanh: Math.tanh,
};

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Div: (a, b) => a / b,
  Max: Math.max,
  Min: Math.min,
  Mul: (a, b) => a * b,
  Pow: (a, b) => a ** b,
  Sub: (a, b) => a - b,
};

/** Conditions are 1 where they hold, else 0. */
const conditions: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Greater: (a, b) => a > b,
  Less: (a, b) => a < b,
};

export interface PointwisePattern {
  /** The nodes, in an order in which they can be computed. */
  readonly nodes: readonly NodeMessage[];
  /** The value that they make. */
  readonly value: string;
  /** The activation that they are; undefined where they are none that is known. */
  readonly activation: LayerActivation | undefined;
}

/**
 * The nodes that begin at a value which several nodes read, up to where one value is left that others read, and it is an
 * activation of the first. Where it is none there, it may be further on: GELU's half often comes last.
 * @param users of each value: the nodes that read it
 * @returns undefined where no such nodes are found
 */
export function pointwisePattern(
  value: string,
  users: ReadonlyMap<string, readonly NodeMessage[]>,
  constants: ReadonlyMap<string, Constant>,
): PointwisePattern | undefined {
  const values = new Map<string, Float64Array>([[value, grid]]);
  const nodes: NodeMessage[] = [];
  let unknown: PointwisePattern | undefined;
  while (nodes.length < MOST_NODES) {
    const next = [...values.keys()]
      .flatMap((name) => users.get(name) ?? [])
      .find((node) => !nodes.includes(node) && operandsOf(node, values, constants) !== undefined);
    if (next === undefined) return unknown;
    nodes.push(next);
    const made = computed(next, operandsOf(next, values, constants)!);
    if (made === undefined) return unknown;
    values.set(next.output[0]!, made);
    const open = [...values.keys()].filter((name) => {
      const readers = users.get(name) ?? [];
      return readers.length === 0 || readers.some((node) => !nodes.includes(node));
    });
    const [last, another] = open;
    if (last === undefined || last === value || another !== undefined) continue;
    const pattern = { nodes: [...nodes], value: last, activation: activationWith(values.get(last)!) };
    if (pattern.activation !== undefined) return pattern;
    unknown ??= pattern;
  }
  return unknown;
}

function inputsOf(opType: string): number {
  if (opType === "Where") return 3;
  if (Object.hasOwn(unary, opType)) return 1;
  return Object.hasOwn(binary, opType) || Object.hasOwn(conditions, opType) ? 2 : 0;
}

/** Values over the grid at the inputs of a node; undefined where it is no pointwise one, or an input is not there. */
function operandsOf(
  { opType = "", domain = "", input, output, attribute }: NodeMessage,
  values: ReadonlyMap<string, Float64Array>,
  constants: ReadonlyMap<string, Constant>,
): Float64Array[] | undefined {
  const standard = domain === "" || domain === "ai.onnx";
  if (!standard || input.length !== inputsOf(opType) || output.length !== 1 || attribute.length > 0) return undefined;
  const operands = input.map((name) => values.get(name) ?? constantOverGrid(constants.get(name)));
  return operands.every((operand) => operand !== undefined) ? operands : undefined;
}

function constantOverGrid(constant: Constant | undefined): Float64Array | undefined {
  return constant?.values.length === 1 ? new Float64Array(grid.length).fill(constant.values[0]!) : undefined;
}

/** @returns undefined for a switch that jumps, and may do so anywhere between two points of the grid. */
function computed({ opType = "" }: NodeMessage, operands: readonly Float64Array[]): Float64Array | undefined {
  const [a, b, c] = operands as [Float64Array, Float64Array, Float64Array];
  if (opType === "Where") return switched(a, b, c);
  if (unary[opType] !== undefined) return a.map((x) => unary[opType]!(x));
  if (binary[opType] !== undefined) return a.map((x, index) => binary[opType]!(x, b[index]!));
  return a.map((x, index) => Number(conditions[opType]!(x, b[index]!)));
}

/** Softplus for one is written as the value itself above 20: on both sides of such a place both ways give the same. */
function switched(condition: Float64Array, yes: Float64Array, no: Float64Array): Float64Array | undefined {
  const agree = (index: number) => close(yes[index]!, no[index]!, grid[index]!);
  const jumps = condition.some((holds, index) => {
    return index > 0 && holds !== condition[index - 1] && !(agree(index - 1) && agree(index));
  });
  return jumps ? undefined : yes.map((value, index) => (condition[index] === 1 ? value : no[index]!));
}

function close(found: number, wanted: number, z: number): boolean {
  return Math.abs(found - wanted) <= CLOSE * Math.max(1, Math.abs(z));
}

function activationWith(found: Float64Array): LayerActivation | undefined {
  return candidates.find((activation) => grid.every((z, index) => close(found[index]!, activate(z, activation), z)));
}
