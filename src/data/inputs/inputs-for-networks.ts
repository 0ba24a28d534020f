/**
 * Brings data and networks together: data are treated as the networks say, and networks say from then on what was done.
 * Where an option and a network, or two networks, say different things, nothing is computed.
 */
import { type AnyDataset, type Dataset, inputTypeOf } from "../../core/dataset.ts";
import { UsageError } from "../../core/errors.ts";
import {
  inputsText,
  type KnownInputs,
  sameTreatment,
  type TreatmentOrigin,
  treatmentFault,
} from "../../core/input-treatment.ts";
import type { InputType } from "../../core/input-type.ts";
import { featuresOf } from "../../core/layers/network-shape.ts";
import { type Network, networkShape } from "../../core/network.ts";
import { treatedDataset } from "./treat-inputs.ts";

/** A network and the file that it came in, or another name for messages. */
interface Named {
  readonly file: string;
  readonly network: Network;
}

interface Prepared<D extends AnyDataset, N extends Named> {
  readonly dataset: D;
  /** Each with what its inputs are. */
  readonly networks: readonly N[];
  /** What is done with the inputs, as a sentence without full stop. */
  readonly notes: readonly string[];
  /** What does not fit, though it may be meant so. */
  readonly warnings: readonly string[];
}

/** What the inputs are, as the data have them now. */
function inputsOf({ treatment, train }: Pick<AnyDataset, "treatment" | "train">): KnownInputs & {
  readonly inputType: InputType;
} {
  if (treatment === undefined) return { inputType: inputTypeOf(train) };
  const { means, deviations, source } = treatment;
  return { inputType: source, inputTreatment: { means, deviations } };
}

/** The network, saying that its inputs are those of the data; of what values are, it knows best. */
export function withInputsOf(network: Network, dataset: Pick<AnyDataset, "treatment" | "train">): Network {
  const { inputType, inputTreatment } = network;
  const known = inputsOf(dataset);
  const knowsBest = inputType !== undefined && sameTreatment(inputTreatment, known.inputTreatment);
  return { ...network, ...known, ...(knowsBest && { inputType }) };
}

/**
 * What is computed rests on this; whoever brings data and networks together has seen to it.
 * @throws Error where data are not treated as a network says
 */
export function requireTreated(
  { treatment }: Pick<AnyDataset, "treatment">,
  networks: readonly { readonly network: Network }[],
): void {
  if (networks.every(({ network }) => sameTreatment(network.inputTreatment, treatment))) return;
  throw new Error("data and networks were not brought together: inputs are not what the networks take");
}

const optionText: Readonly<Record<Exclude<TreatmentOrigin, "network">, string>> = {
  normalize: "--normalize",
  standardize: "--standardize",
};

/** @throws UsageError where the data have been treated as an option says, and the network says something else */
function requireAgreement({ file, network }: Named, dataset: AnyDataset): void {
  const { treatment, sampleShape } = dataset;
  if (network.inputTreatment === undefined || treatment === undefined) return;
  if (sameTreatment(network.inputTreatment, treatment)) return;
  const asked = treatment.origin === "network" ? "another network" : optionText[treatment.origin];
  throw new UsageError({
    what: "the network takes other inputs than those asked for",
    where: file,
    expected: `${inputsText(network, sampleShape)}, as the network says`,
    found: `${inputsText(inputsOf(dataset), sampleShape)}, by ${asked}`,
    fix: treatment.origin === "network" ? "take networks of other inputs one by one" : `omit ${asked}`,
  });
}

function doubtsOf({ file, network }: Named, dataset: AnyDataset): string[] {
  const { inputType, inputTreatment } = network;
  const now = inputsOf(dataset);
  const saidPlain = inputType !== undefined && inputTreatment === undefined;
  if (saidPlain && now.inputTreatment !== undefined)
    return [
      `${file} says that its inputs are ${inputsText(network)}; taken as ${inputsText(now, dataset.sampleShape)}`,
    ];
  if (inputType === undefined || inputType === now.inputType) return [];
  return [
    inputType === "bytes"
      ? `${file} was made for bytes, each b / 255; these data are numbers, taken as they are: check their range, 0 to 1`
      : `${file} was made for numbers as they are; these data are bytes, each taken as b / 255: check --normalize`,
  ];
}

/**
 * The data as the networks take them, and the networks with what that is.
 * @param raw data that were treated by an option, or not at all
 * @param networks of the data's features
 * @throws UsageError where they do not agree; RunError where an input would not be finite
 */
export function inputsForNetworks<N extends Named>(raw: Dataset, networks: readonly N[]): Prepared<Dataset, N>;
export function inputsForNetworks<N extends Named>(raw: AnyDataset, networks: readonly N[]): Prepared<AnyDataset, N>;
export function inputsForNetworks<N extends Named>(raw: AnyDataset, networks: readonly N[]): Prepared<AnyDataset, N> {
  for (const { network, file } of networks) requireValid(network, file);
  const carrier = raw.treatment === undefined ? networks.find(({ network }) => network.inputTreatment) : undefined;
  if (carrier !== undefined) requireAllTreated(networks, carrier);
  const own = carrier?.network.inputTreatment;
  const dataset = own === undefined ? raw : treatedDataset(raw, own, "network");
  for (const one of networks) requireAgreement(one, dataset);
  return {
    dataset,
    networks: networks.map((one) => ({ ...one, network: withInputsOf(one.network, dataset) })),
    notes: treatmentNote(dataset),
    warnings: networks.flatMap((one) => doubtsOf(one, dataset)),
  };
}

/** @throws UsageError where one network carries a treatment and another none */
function requireAllTreated(networks: readonly Named[], carrier: Named): void {
  const other = networks.find(({ network }) => network.inputTreatment === undefined);
  if (other === undefined) return;
  throw new UsageError({
    what: "the networks take different inputs",
    where: other.file,
    expected: `${inputsText(carrier.network, carrier.network.input?.shape)}, as ${carrier.file}`,
    found: other.network.inputType === undefined ? "a file that does not say" : inputsText(other.network),
    fix: "take networks of other inputs one by one",
  });
}

/** Networks that are made by hand may say anything. */
function requireValid(network: Network, where: string): void {
  const { inputTreatment, channelTreatment } = network;
  if (channelTreatment !== undefined) throw new Error(`${where} was not fitted to data: it has means of channels`);
  const fault = inputTreatment && treatmentFault(inputTreatment, featuresOf(networkShape(network)));
  if (fault === undefined) return;
  throw new UsageError({ what: "inputTreatment does not fit the network", where, ...fault });
}

function treatmentNote({ treatment, sampleShape }: Pick<AnyDataset, "treatment" | "sampleShape">): string[] {
  if (treatment === undefined) return [];
  const { means, deviations, origin, source } = treatment;
  const text = inputsText({ inputType: source, inputTreatment: { means, deviations } }, sampleShape);
  return [`${text}, ${origin === "network" ? "as the network says" : `by ${optionText[origin]}`}`];
}
