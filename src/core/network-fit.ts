/** Whether a network from elsewhere is one of the data's, and what has to be done so that it takes them as they lie. */
import { overChannels } from "./channel-treatment.ts";
import type { AnyDataset, DatasetFacts } from "./dataset.ts";
import { RunError, UsageError } from "./errors.ts";
import type { InputTreatment } from "./input-treatment.ts";
import { classesOf, featuresOf, layerSizes } from "./layers/network-shape.ts";
import { kindOf, type Layer } from "./layers/registry.ts";
import { type Network, networkShape } from "./network.ts";
import { type AxisDecision, type ChannelOrder, decideAxes, placesAfter, withoutOnes } from "./sample-axes.ts";

/** A byte b counts as b / BYTE_RANGE. */
const BYTE_RANGE = 255;

/**
 * Refuses a network whose inputs or outputs are not those of the data, or that has no neurons to measure.
 * @param where the network's file, for the message
 * @param fix what to do, where the place has other words for it
 * @throws RunError with both numbers.
 */
export function requireFit(
  network: Network,
  data: Pick<DatasetFacts, "name" | "features" | "classes">,
  where: string,
  fix?: string,
): void {
  requireEnds(network, data, { where, ...(fix === undefined ? {} : { fix }) }, data.classes);
}

/** @param outputs as many as there may be */
function requireEnds(
  network: Network,
  { name, features, classes }: Pick<DatasetFacts, "name" | "features" | "classes">,
  { where, fix }: FitRequest,
  outputs: number,
): void {
  const shape = networkShape(network);
  const [taken, given] = [featuresOf(shape), classesOf(shape)];
  const sizes = layerSizes(shape);
  const shown = (network.singleOutput === undefined ? sizes : [...sizes.slice(0, -1), 1]).join("-");
  const refuse = (what: string, expected: string, found: string, remedy: string): never => {
    throw new RunError({ what, where, expected, found: `${found} (${shown})`, fix: fix ?? remedy });
  };
  if (shape.length < 2) {
    refuse("the network has no hidden layer", "one or more", "none", "give a network with hidden neurons");
  }
  if (taken !== features) {
    const remedy = "give the data that the network was trained on, with no further columns";
    refuse("the network does not take the data's inputs", `${features}, as in ${name}`, `${taken} inputs`, remedy);
  }
  if (given < classes || given > outputs) {
    const single = network.singleOutput !== undefined;
    const remedy = "give data with as many classes as the network has outputs";
    const found = single ? "one output, for two classes" : `${given} outputs`;
    refuse("the number of outputs does not match the number of classes", `${classes}, as in ${name}`, found, remedy);
  }
}

/** What a network gives is not a number, or more than single precision holds, though its weights are. */
export function notFinite(what: string, where: string): RunError {
  return new RunError({
    what,
    where,
    expected: "logits that single precision can hold, for every validation and test sample",
    found: "a loss that is infinite or no number",
    fix: "check that the inputs are scaled as the network was trained on them (--normalize)",
  });
}

interface FitRequest {
  /** The network's file, for messages. */
  readonly where: string;
  /** Where the network has the channels of pictures, if its file does not say. */
  readonly channels?: ChannelOrder | undefined;
  /** What to do about other inputs or outputs, where the place has other words for it. */
  readonly fix?: string;
}

export interface FittedNetwork<T> {
  /** Takes samples as the data hold them. */
  readonly network: Network;
  /** With a class for each output of the network; those that the data do not have are without samples. */
  readonly dataset: T;
  /** What was done, as sentences without full stop. */
  readonly notes: readonly string[];
  /** A network of the same first-layer inputs as it takes them in the file that this one came from. */
  inFilesForm(network: Network): Network;
}

const shapeText = (shape: readonly number[]) => shape.join(" x ");

/**
 * The network as one that takes samples as the data hold them: where both sides say the order of their axes and it differs,
 * columns of the first layer are put in the data's order; where the file takes bytes as 0 to 255, they are scaled.
 * @throws RunError where inputs or outputs are not those of the data; UsageError where the order of colours is not known.
 */
export function fittedTo<T extends AnyDataset>(network: Network, dataset: T, request: FitRequest): FittedNetwork<T> {
  // One output is for exactly two classes.
  requireEnds(network, dataset, request, network.singleOutput === undefined ? Number.POSITIVE_INFINITY : 2);
  const columns = columnsFor(network, dataset, request);
  const scale = scaleFor(network, dataset, request);
  const notes = [...columns.notes, ...scale.notes];
  const { input: original, inputTreatment: _, channelTreatment: __, ...bare } = network;
  const inputTreatment = treatmentFor(network, dataset, request.where, columns.places);
  const whole = widenedTo(classesOf(networkShape(network)), dataset, request.where);
  return {
    network: {
      ...bare,
      ...(inputTreatment && { inputTreatment }),
      layers: withFirst(network, (layer) => scaled(rearranged(layer, columns.places), scale.factor)),
      ...inputOf(dataset),
    },
    dataset: whole.dataset,
    notes: [...notes, ...whole.notes],
    inFilesForm: ({ input: _, inputType, inputTreatment: treatment, ...other }) => ({
      ...other,
      // Bytes that count as 0 to 255 are not b / 255, as a type of bytes would say.
      ...(inputType && original?.whole !== true && { inputType }),
      ...(treatment && { inputTreatment: treatmentAt(treatment, columns.places && inverse(columns.places)) }),
      layers: withFirst(other, (layer) => restored(scaled(layer, 1 / scale.factor), columns.places)),
      ...(original && { input: original }),
    }),
  };
}

/** What a network is to say of its input that takes samples as these data hold them: their axes, where their order matters. */
export function inputOf({ sampleShape }: Pick<DatasetFacts, "sampleShape">): Pick<Network, "input"> {
  return withoutOnes(sampleShape).length > 2 ? { input: { shape: sampleShape } } : {};
}

function withFirst({ layers }: Pick<Network, "layers">, change: (layer: Layer) => Layer): Layer[] {
  const [first, ...others] = layers as [Layer, ...Layer[]];
  return [change(first), ...others];
}

/** @param places of the data's numbers among the network's */
function rearranged(layer: Layer, places: Uint32Array | undefined): Layer {
  return places === undefined ? layer : kindOf(layer).reordered(layer, places);
}

function inverse(places: Uint32Array): Uint32Array {
  const back = new Uint32Array(places.length);
  for (const [index, place] of places.entries()) back[place] = index;
  return back;
}

function restored(layer: Layer, places: Uint32Array | undefined): Layer {
  return places === undefined ? layer : rearranged(layer, inverse(places));
}

/** What is done with the data's features. @throws UsageError where it is said of channels that the data do not have */
function treatmentFor(
  { inputTreatment, channelTreatment }: Network,
  { sampleShape }: DatasetFacts,
  where: string,
  places: Uint32Array | undefined,
): InputTreatment | undefined {
  if (channelTreatment !== undefined) return overChannels(channelTreatment, sampleShape, where);
  return inputTreatment && treatmentAt(inputTreatment, places);
}

/** What is done with each feature, where the features are taken from other places; one for all stays as it is. */
function treatmentAt({ means, deviations }: InputTreatment, places: Uint32Array | undefined): InputTreatment {
  if (places === undefined) return { means, deviations };
  const at = (values: Float32Array) =>
    values.length === 1 ? values : Float32Array.from(places, (from) => values[from]!);
  return { means: at(means), deviations: at(deviations) };
}

function scaled(layer: Layer, factor: number): Layer {
  return factor === 1 ? layer : { ...layer, weights: layer.weights.map((weight) => weight * factor) };
}

interface Columns {
  readonly places: Uint32Array | undefined;
  readonly notes: readonly string[];
}

function columnsFor({ input }: Network, { sampleShape, name }: DatasetFacts, { where, channels }: FitRequest): Columns {
  if (input === undefined && channels === undefined) return { places: undefined, notes: [] };
  const decision = decideAxes(input?.shape, sampleShape, channels);
  if (decision.kind !== "move") return refuseAxes(decision, { taken: input?.shape, sampleShape, name, where });
  if (decision.move !== "none") {
    const [from, to] = decision.move === "first-to-last" ? ["first", "last"] : ["last", "first"];
    const about = `the data have their channels ${from} (${shapeText(decision.shape)}), the network ${to}`;
    return {
      places: placesAfter(decision.move, decision.shape),
      notes: [`${about}: its weights are taken accordingly`],
    };
  }
  const taken = withoutOnes(input?.shape ?? []);
  const notes = taken.length > 2 && withoutOnes(sampleShape).length < 2 ? [flatNote(taken, sampleShape)] : [];
  return { places: undefined, notes };
}

function flatNote(taken: readonly number[], [features]: readonly number[]): string {
  return `the data say no axes: their ${features} numbers are taken in the network's order, ${shapeText(taken)}`;
}

interface AxesInMessages {
  readonly taken: readonly number[] | undefined;
  readonly sampleShape: readonly number[];
  readonly name: string;
  readonly where: string;
}

function refuseAxes(
  decision: Exclude<AxisDecision, { kind: "move" }>,
  { taken, sampleShape, name, where }: AxesInMessages,
): never {
  const data = `${shapeText(sampleShape)}, as in ${name}`;
  if (decision.kind === "misfit") {
    const fix = "omit --channels, or give the samples as arrays with axes";
    throw new UsageError({ what: `--channels does not fit ${decision.reason}`, where, expected: data, fix });
  }
  if (decision.kind === "contradiction") {
    throw new RunError({
      what: "the network takes samples of another shape than the data's",
      where,
      expected: data,
      found: shapeText(taken ?? []),
      fix: "give data of the shape that the network was trained on, or all numbers of a sample in one dimension, in its order",
    });
  }
  throw new UsageError({
    what: "it is not known in which order the network takes the colours of the data's pictures",
    where,
    expected: `the order of ${data}`,
    found:
      taken === undefined || taken.length === 0 ? "a file that does not say it" : `[${taken.join(", ")}] in the file`,
    fix:
      "add --channels first where it was trained on [channels, height, width] (PyTorch), or --channels last for " +
      "[height, width, channels] (Keras, NumPy arrays of pictures)",
  });
}

interface Scale {
  readonly factor: number;
  readonly notes: readonly string[];
}

/** For a network that takes whole numbers. @throws RunError where the data have others */
function scaleFor({ input }: Network, dataset: AnyDataset, { where }: FitRequest): Scale {
  if (input?.whole !== true) return { factor: 1, notes: [] };
  const { test, name } = dataset;
  const isBytes = "inputType" in test ? test.inputType === "bytes" : test.inputs instanceof Uint8Array;
  if (isBytes) return { factor: BYTE_RANGE, notes: ["the network takes whole numbers, so bytes as 0 to 255"] };
  const other = "inputs" in test ? test.inputs.find((value) => !Number.isInteger(value)) : undefined;
  if (other !== undefined) {
    const fix = "give the data as bytes, or as the whole numbers that the network was trained on";
    throw new RunError({
      what: "the network takes whole numbers, the data have others",
      where,
      expected: "whole numbers",
      found: `${other} in ${name}`,
      fix,
    });
  }
  return { factor: 1, notes: ["the network takes whole numbers, and the data's are taken as they are"] };
}

/** The data with as many classes as the network has outputs. */
function widenedTo<T extends AnyDataset>(outputs: number, dataset: T, where: string) {
  const { classes, classNames, name } = dataset;
  if (outputs === classes) return { dataset, notes: [] };
  const numbered = classNames?.every((one) => /^\d+$/.test(one));
  if (numbered === true) {
    throw new RunError({
      what: "it is not known which of the network's outputs are the data's classes",
      where,
      expected: `classes 0 to ${outputs - 1}, as there are outputs, or classes that begin with 0 and have no gap`,
      found: `${classNames!.slice(0, 20).join(", ")} in ${name}`,
      fix: "give data with a sample of every class that the network knows",
    });
  }
  const more = Array.from({ length: outputs - classes }, (_, index) => `output ${classes + index}`);
  const note =
    `the network has ${outputs} outputs, the data have ${classes} classes: they are taken as the first outputs, and no ` +
    "sample is of the others";
  return {
    dataset: { ...dataset, classes: outputs, ...(classNames && { classNames: [...classNames, ...more] }) },
    notes: [note],
  };
}
