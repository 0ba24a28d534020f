/** Why a network that was trained elsewhere may do no better than guessing: other orders of classes and inputs, tried on some samples. */

import { activationOfLayer } from "../../core/activation.ts";
import { type AnyDataset, isPaged, type Split } from "../../core/dataset.ts";
import { classesOf, multiplyAdds } from "../../core/layers/network-shape.ts";
import { greatest } from "../../core/long-arrays.ts";
import { type Network, networkShape } from "../../core/network.ts";
import { namesOf } from "../../data/inputs/class-order.ts";
import {
  type ClassOrderHint,
  type Confusion,
  classOrderHint,
  clearShare,
  correctOf,
  FEWEST_SAMPLES,
} from "../../data/inputs/class-order-hint.ts";
import { type InputView, inputViews } from "../../data/inputs/input-views.ts";
import { inputValues } from "../../reference/forward.ts";
import { layerOutputs } from "../../reference/layers.ts";

/** Samples that are tried: enough for dozens of classes. */
const MOST_SAMPLES = 600;
/** Multiply-adds of one trial: a fraction of a second. */
const MOST_WORK = 1e8;
/** Pages that samples are taken from, where they are not in memory. */
const MOST_PAGES = 8;

/** Some test samples from all over the split. */
async function someSamples(
  { test, features }: AnyDataset,
  most: number,
): Promise<Pick<Split, "inputs" | "labels" | "count">> {
  const pages = isPaged(test) ? Math.ceil(test.count / test.pageSamples) : 1;
  const taken = Math.min(pages, MOST_PAGES);
  const parts: { readonly inputs: Split["inputs"]; readonly labels: Uint16Array }[] = [];
  for (let index = 0; index < taken; index++) {
    const page = Math.floor((index * pages) / taken);
    const inputs = isPaged(test) ? await test.readPage(page) : test.inputs;
    const first = isPaged(test) ? page * test.pageSamples : 0;
    const there = inputs.length / features;
    const count = Math.min(there, Math.max(1, Math.floor(most / taken)));
    const own = Array.from({ length: count }, (_, at) => Math.floor((at * there) / count));
    const make = inputs.constructor as new (length: number) => Uint8Array | Float32Array;
    const rows = new make(count * features);
    for (const [at, row] of own.entries())
      rows.set(inputs.subarray(row * features, (row + 1) * features), at * features);
    parts.push({ inputs: rows, labels: Uint16Array.from(own, (row) => test.labels[first + row]!) });
  }
  const count = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const all = new (parts[0]!.inputs.constructor as new (length: number) => Uint8Array | Float32Array)(count * features);
  const labels = new Uint16Array(count);
  let at = 0;
  for (const part of parts) {
    all.set(part.inputs, at * features);
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  return { inputs: all, labels, count };
}

/** How often each output is the largest, by class. */
function confusionOf(network: Network, values: Float64Array, labels: Uint16Array, names: readonly string[]): Confusion {
  let outputs = values;
  for (const [index, layer] of network.layers.entries()) {
    outputs = layerOutputs(outputs, layer, activationOfLayer(network.activation, index, network.layers.length));
  }
  const width = classesOf(networkShape(network));
  const counts = new Uint32Array(names.length * width);
  for (const [sample, label] of labels.entries()) {
    const own = outputs.subarray(sample * width, (sample + 1) * width);
    counts[label * width + own.indexOf(greatest(own))]!++;
  }
  return { counts, outputs: width, names };
}

const share = (correct: number, samples: number) =>
  `${((100 * correct) / samples).toFixed(1)} % of ${samples} test samples`;

/** `--classes`, as it is typed. */
function classesOption(names: readonly string[]): string {
  const list = names.map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(",");
  return `--classes ${/^[\w.,-]+$/.test(list) ? list : `'${list}'`}`;
}

function orderText({ order, classes, correct, samples }: ClassOrderHint): string {
  const fix = classes === undefined ? "name the class of each output: --classes" : classesOption(classes);
  return `with the classes in another order (${order}), ${share(correct, samples)} would be right: ${fix}`;
}

interface HintRequest {
  /** Whether inputs are laid out and scaled in other ways as well. */
  readonly tryInputs: boolean;
  /** Whether they were scaled already, so that another scale is not the one that the options would name. */
  readonly isScaled: boolean;
}

/** What would make far more test samples right; undefined where nothing that is tried does. */
export async function chanceHint(
  network: Network,
  dataset: AnyDataset,
  { tryInputs, isScaled }: HintRequest,
): Promise<string | undefined> {
  const work = multiplyAdds(networkShape(network));
  const { inputs, labels, count } = await someSamples(
    dataset,
    Math.max(1, Math.min(MOST_SAMPLES, Math.floor(MOST_WORK / work))),
  );
  if (count < FEWEST_SAMPLES) return undefined;
  const names = namesOf(dataset);
  const values = inputValues(inputs);
  const asIs = confusionOf(network, values, labels, names);
  const order = classOrderHint(asIs);
  if (order !== undefined) return orderText(order);
  if (!tryInputs) return undefined;
  let best: Trial = { correct: correctInOrder(asIs), text: undefined };
  for (const view of inputViews(dataset.sampleShape, inputs, values)) {
    const trial = trialOf(confusionOf(network, view.view(values), labels, names), view, isScaled);
    if (trial.correct > best.correct) best = trial;
  }
  const perClass = names.map((_, label) => labels.reduce((sum, own) => sum + (own === label ? 1 : 0), 0));
  return best.correct < clearShare(perClass) * count ? undefined : best.text;
}

/** Samples that are right with inputs of some kind, and what to do about it. */
interface Trial {
  readonly correct: number;
  readonly text: string | undefined;
}

function correctInOrder(confusion: Confusion): number {
  const inOrder = confusion.names.map((_, label) => label);
  return correctOf(confusion, inOrder);
}

function trialOf(confusion: Confusion, { takes, fix, isScale }: InputView, isScaled: boolean): Trial {
  const order = classOrderHint(confusion);
  const samples = confusion.counts.reduce((sum, count) => sum + count, 0);
  const correct = order?.correct ?? correctInOrder(confusion);
  const todo = isScale && isScaled ? "mind what --normalize or --standardize do" : fix;
  const text = `with inputs as other networks take them (${takes}), ${share(correct, samples)} would be right: ${todo}`;
  return { correct, text: order === undefined ? text : `${text}; and ${orderText(order)}` };
}
