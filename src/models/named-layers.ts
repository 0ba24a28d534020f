/**
 * Dense layers from tensors that only have names: PyTorch's `net.0.weight`, `fc1.bias`, NumPy's `W1`, `b1`, `coefs_0`. Which
 * weight goes with which bias is in the names; the order is in their numbers, or else in the shapes.
 */
import { activations, type LayerActivation, parseActivations } from "../core/activation.ts";
import { denseShape } from "../core/layers/dense.ts";
import type { ChainStep } from "./chain-steps.ts";
import type { DenseStep } from "./dense-step.ts";
import type { ModelFiles, ReadOptions, WeightsLayout } from "./model-reader.ts";
import { ONLY_DENSE_LAYERS, type Refuse } from "./refuse.ts";
import { severalChains } from "./several-chains.ts";
import { sizeOf, type Tensor, transposed } from "./tensor.ts";

/** Deeper than any chain of dense layers that is trained, and shallow enough for recursion. */
const MOST_LAYERS = 1000;
/** Attempts to put layers in order by their shapes; where they do not suffice, the shapes do not decide. */
const MOST_ATTEMPTS = 10_000;

const WEIGHT_WORDS = "weights?|kernels?|coefs?|w";
const BIAS_WORDS = "bias(?:es)?|intercepts?|b";
/** `layers.0.weight`, `dense/kernel`, `weight`. */
const wordLast = new RegExp(`^(?:(?<head>.*)[._/-])?(?:(?<weight>${WEIGHT_WORDS})|(?:${BIAS_WORDS}))$`, "i");
/** `W1`, `net.weights_2`, `coefs_0`. */
const numberLast = new RegExp(
  `^(?:(?<head>.*)[._/-])?(?:(?<weight>${WEIGHT_WORDS})|(?:${BIAS_WORDS}))[._-]?(?<number>\\d+)$`,
  "i",
);

/** Weight and bias of one layer. */
interface Module {
  readonly name: string;
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

const IN_ONE_FILE =
  "put both into one file: numpy.savez('net.npz', W1=..., b1=..., W2=..., b2=...), or a folder of W1.npy, b1.npy, ...";

const shapeText = ({ shape }: Tensor) => `[${shape.join(", ")}]`;

/** Which layer the name speaks of, and which part of it. */
function roleOf(name: string): { readonly module: string; readonly isWeight: boolean } | undefined {
  const groups = (wordLast.exec(name) ?? numberLast.exec(name))?.groups;
  if (groups === undefined) return undefined;
  const module = [groups.head, groups.number].filter((part) => part !== undefined).join(".");
  return { module, isWeight: groups.weight !== undefined };
}

function requireShapes({ weight, bias }: Module, refuse: Refuse): void {
  if (weight.shape.length !== 2) {
    const expected = "a matrix, as of a dense layer; convolutions and normalisation layers are not supported";
    const found = `shape ${shapeText(weight)}`;
    refuse({ what: `${weight.name} is no dense layer's weight`, expected, found, fix: ONLY_DENSE_LAYERS });
  }
  if (bias !== undefined && bias.shape.filter((extent) => extent !== 1).length > 1) {
    refuse({ what: `${bias.name} is no dense layer's bias`, expected: "one dimension", found: shapeText(bias) });
  }
}

function modulesOf(tensors: readonly Tensor[], refuse: Refuse): Module[] {
  const weights = new Map<string, Tensor>();
  const biases = new Map<string, Tensor>();
  for (const tensor of tensors) {
    const role = roleOf(tensor.name);
    if (role === undefined) {
      const expected = "only weights and biases of dense layers, as in fc1.weight and fc1.bias, or W1 and b1";
      const found = `shape ${shapeText(tensor)}`;
      return refuse({ what: `${tensor.name} is not understood`, expected, found, fix: ONLY_DENSE_LAYERS });
    }
    const parts = role.isWeight ? weights : biases;
    const same = parts.get(role.module);
    if (same !== undefined) {
      const expected = "one weight and one bias for each layer";
      refuse({ what: `${tensor.name} and ${same.name} mean the same`, expected, found: "both" });
    }
    parts.set(role.module, tensor);
  }
  const [bias] = biases.values();
  if (bias !== undefined && weights.size === 0) {
    refuse({ what: "the file holds biases alone", expected: "weights, too", found: bias.name, fix: IN_ONE_FILE });
  }
  for (const [module, { name }] of biases) {
    if (!weights.has(module))
      refuse({ what: `the weight that belongs to ${name} is missing`, expected: "both", found: name });
  }
  if (weights.size === 0 || weights.size > MOST_LAYERS) {
    refuse({
      what: "the file holds no chain of layers",
      expected: `1 to ${MOST_LAYERS} weights`,
      found: `${weights.size}`,
    });
  }
  const modules = [...weights].map(([name, weight]) => ({ name, weight, bias: biases.get(name) }));
  for (const module of modules) requireShapes(module, refuse);
  return modules;
}

/** Names that differ in their numbers alone are one series, in the order of these. */
function seriesOf(modules: readonly Module[]): Module[][] {
  const numbersIn = (name: string) => [...name.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const byNumbers = (a: Module, b: Module) => {
    const others = numbersIn(b.name);
    return (
      numbersIn(a.name)
        .map((number, index) => number - others[index]!)
        .find((difference) => difference !== 0) ?? 0
    );
  };
  const series = new Map<string, Module[]>();
  for (const module of modules) {
    const pattern = module.name.replaceAll(/\d+/g, "#");
    series.set(pattern, [...(series.get(pattern) ?? []), module]);
  }
  return [...series.values()].map((members) => members.sort(byNumbers));
}

/** [inputs, outputs] of a matrix. */
function extents({ weight }: Module, layout: WeightsLayout): readonly [number, number] {
  const [rows, columns] = weight.shape as [number, number];
  return layout === "out-in" ? [columns, rows] : [rows, columns];
}

function biasFits(module: Module, layout: WeightsLayout): boolean {
  return module.bias === undefined || sizeOf(module.bias.shape) === extents(module, layout)[1];
}

/** Up to two orders of all layers that keep each series in order and in which the widths fit. */
function ordersThatFit(series: readonly Module[][], layout: WeightsLayout): Module[][] {
  const total = series.reduce((sum, { length }) => sum + length, 0);
  const orders: Module[][] = [];
  const taken = series.map(() => 0);
  const order: Module[] = [];
  let attempts = 0;
  const extend = (width: number | undefined): void => {
    if (order.length === total) orders.push([...order]);
    for (const [index, members] of series.entries()) {
      const next = members[taken[index]!];
      if (next === undefined || orders.length === 2 || attempts++ > MOST_ATTEMPTS) continue;
      const [inputs, outputs] = extents(next, layout);
      if (width !== undefined && inputs !== width) continue;
      taken[index]!++;
      order.push(next);
      extend(outputs);
      order.pop();
      taken[index]!--;
    }
  };
  if (series.flat().every((module) => biasFits(module, layout))) extend(undefined);
  return orders;
}

/**
 * @param ordered whether all layers form chains, in several orders
 * @throws RunError that says so where there are copies of a network, or layers beside a chain.
 */
function refuseSeveral(
  series: readonly Module[][],
  layouts: readonly WeightsLayout[],
  ordered: boolean,
  refuse: Refuse,
): void {
  const shapes = series.flat().map(({ name, weight }) => ({ name, shape: weight.shape }));
  const chains = (names: ReadonlySet<string>) => {
    const rest = series.map((members) => members.filter(({ name }) => names.has(name)));
    return layouts.some((layout) => ordersThatFit(rest, layout).length === 1);
  };
  const several = severalChains(shapes, ordered ? undefined : chains);
  if (several !== undefined)
    refuse({ ...several, expected: "the layers of one network, from its input to its one output" });
}

function refuseShapes(series: readonly Module[][], layouts: readonly WeightsLayout[], refuse: Refuse): never {
  const found = series.flat().flatMap(({ weight, bias }) => [weight, ...(bias === undefined ? [] : [bias])]);
  return refuse({
    what: "the shapes of the layers do not fit each other",
    expected: `weights [${layouts.map((layout) => layout.replace("-", ", ")).join("] or [")}] that form a chain, and a bias [out] each`,
    found: found.map((tensor) => `${tensor.name} ${shapeText(tensor)}`).join(", "),
  });
}

interface Arrangement {
  readonly layout: WeightsLayout;
  readonly order: readonly Module[];
}

function arrange(series: readonly Module[][], layouts: readonly WeightsLayout[], refuse: Refuse): Arrangement {
  const fitting = layouts.map((layout) => ({ layout, orders: ordersThatFit(series, layout) }));
  const [first, second] = fitting.filter(({ orders }) => orders.length > 0);
  if (first === undefined || first.orders.length > 1) refuseSeveral(series, layouts, first !== undefined, refuse);
  if (first === undefined) return refuseShapes(series, layouts, refuse);
  if (second !== undefined) {
    return refuse({
      what: "the shapes do not say whether weights are [outputs, inputs] or [inputs, outputs]",
      expected: "one layout in which the layers form a chain",
      found: "both fit",
      option: "--weights-layout out-in (PyTorch) or --weights-layout in-out (Keras, NumPy)",
    });
  }
  if (first.orders.length > 1) {
    return refuse({
      what: "neither names nor shapes say in which order the layers follow",
      expected: "numbers in the names, or shapes that fit in one order only",
      found: first.orders.map((order) => order.map(({ name }) => name).join(" - ")).join(", or "),
      fix: "number the layers in the order in which they are applied",
    });
  }
  return { layout: first.layout, order: first.orders[0]! };
}

function denseStep(module: Module, layout: WeightsLayout): DenseStep {
  const [inputs, outputs] = extents(module, layout);
  const { weight, bias } = module;
  const weights = layout === "out-in" ? weight.values : transposed(weight.values, inputs, outputs);
  return {
    ...denseShape(inputs, outputs),
    name: module.name,
    weights,
    biases: bias?.values ?? new Float32Array(outputs),
  };
}

export interface NamedLayers {
  readonly steps: readonly ChainStep[];
  /** No layer has a bias in the file. */
  readonly unbiased: boolean;
  readonly notes: readonly string[];
}

/** What a file writes as its hidden layers' activation: one for all, or one for each. */
export function activationsIn(text: string, where: string, refuse: Refuse): readonly LayerActivation[] {
  return (
    parseActivations(text) ??
    refuse({
      what: `${where} does not fit`,
      expected: `${activations.join(", ")}, or one for each hidden layer, as in leaky-relu:0.2,tanh`,
      found: text,
    })
  );
}

/** The activation of each of `layers` hidden layers that the file names, or that the options name where it does not. */
function hiddenActivations(
  said: readonly LayerActivation[] | undefined,
  layers: number,
  { activation }: ReadOptions,
  refuse: Refuse,
): readonly LayerActivation[] {
  const list = said ?? (activation === undefined ? [] : [activation]);
  if (list.length === layers) return list;
  const [first] = list;
  if (first !== undefined && list.length === 1) return Array.from({ length: layers }, () => first);
  if (first !== undefined) {
    return refuse({
      what: "the file's list of activations does not fit its layers",
      expected: `one activation, or ${layers}, one for each hidden layer`,
      found: `${list.length}`,
    });
  }
  return refuse({
    what: "the file does not say which activation its hidden layers have",
    expected: `one of ${activations.join(", ")}`,
    found: "weights and biases alone",
    option: "--activation relu, or what the network was trained with",
  });
}

/**
 * Dense layers with an activation after each but the last.
 * @param layouts how matrices may lie where the options do not say.
 * @param said what the file says of its hidden layers' activation: one for all, or one for each.
 */
export function namedLayers(
  tensors: readonly Tensor[],
  layouts: readonly WeightsLayout[],
  said: readonly LayerActivation[] | undefined,
  options: ReadOptions,
  refuse: Refuse,
): NamedLayers {
  const { weightsLayout } = options;
  const series = seriesOf(modulesOf(tensors, refuse));
  const { layout, order } = arrange(series, weightsLayout === undefined ? layouts : [weightsLayout], refuse);
  const dense = order.map((module) => denseStep(module, layout));
  const steps: ChainStep[] = dense.slice(0, 1);
  const hidden = dense.length < 2 ? [] : hiddenActivations(said, dense.length - 1, options, refuse);
  for (const [index, activation] of hidden.entries()) {
    steps.push({ kind: "activation", name: activation.kind, activation }, dense[index + 1]!);
  }
  const notes: string[] = [];
  const names = order.map(({ name }) => name);
  if (layouts.length > 1) notes.push(`weights taken as [${layout.replace("-", ", ")}]`);
  if (series.length > 1) notes.push(`layers taken in the order in which their shapes fit: ${names.join(", ")}`);
  const unbiased = order.filter(({ bias }) => bias === undefined).map(({ name }) => name);
  if (unbiased.length > 0) notes.push(`no bias in the file, so 0, for ${unbiased.join(", ")}`);
  return { steps, notes, unbiased: unbiased.length === order.length };
}

/** `biases.npz`, `net-bias.npy`, `intercepts.npz`, `b.npz`. */
const BIASES_BESIDE =
  /^(?:.*[^a-z])?(?:bias(?:es)?|intercepts?)(?:[^a-z].*)?\.(?:npz|npy|safetensors)$|^b\d*\.(?:npz|npy|safetensors)$/i;

/** @throws RunError where no layer has a bias, and a file beside seems to hold them. */
export async function requireNoBiasesBeside(
  { unbiased }: NamedLayers,
  { name, siblings }: Pick<ModelFiles, "name" | "siblings">,
  refuse: Refuse,
): Promise<void> {
  if (!unbiased) return;
  const beside = (await siblings()).find((other) => other !== name && BIASES_BESIDE.test(other));
  if (beside === undefined) return;
  refuse({
    what: "the file holds weights alone, and a file beside it seems to hold the biases",
    expected: "weights and biases in one file, or weights of layers that have no biases, in a folder of their own",
    found: beside,
    fix: IN_ONE_FILE,
  });
}
