/**
 * What is done with the values of data before they are a network's inputs. It belongs to the network: with other inputs it is
 * another function, so that its files say it and whoever computes with it does the same.
 *
 * The definition is one of float32: x = (v - mean) / deviation, rounded after the subtraction and after the division, where
 * v is the number itself or, of a byte b, b / 255 rounded. NumPy, PyTorch and ONNX Runtime give the same bits.
 */

import { UsageError } from "./errors.ts";
import { float32Text } from "./float-text.ts";
import type { InputType } from "./input-type.ts";
import { channelPlaces } from "./sample-axes.ts";

export interface InputTreatment {
  /** [features], or [1] for all of them. */
  readonly means: Float32Array;
  /** The same, above 0. */
  readonly deviations: Float32Array;
}

/** What is known of a network's inputs. */
export interface KnownInputs {
  /** What the values v are: `bytes` stands for b / 255, `floats` for the numbers themselves. Absent where not known. */
  readonly inputType?: InputType;
  /** Absent where v is the input, as far as is known. */
  readonly inputTreatment?: InputTreatment;
  /** The same by channels, [channels] each, until a network is fitted to data that say where their channels are. */
  readonly channelTreatment?: InputTreatment;
}

/** Who asked for the treatment of data: an option, or the network. */
export const treatmentOrigins = ["normalize", "standardize", "network"] as const;
export type TreatmentOrigin = (typeof treatmentOrigins)[number];

/** A treatment that data have gone through. */
export interface AppliedTreatment extends InputTreatment {
  readonly origin: TreatmentOrigin;
  /** What the values were before. */
  readonly source: InputType;
}

/** These fields alone, those that are there. */
export function knownInputs({ inputType, inputTreatment, channelTreatment }: KnownInputs): KnownInputs {
  return {
    ...(inputType && { inputType }),
    ...(inputTreatment && { inputTreatment }),
    ...(channelTreatment && { channelTreatment }),
  };
}

const sameNumbers = (a: Float32Array, b: Float32Array) =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/** Whether two networks, or a network and data, mean the same; none is the same as none. */
export function sameTreatment(a: InputTreatment | undefined, b: InputTreatment | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return sameNumbers(a.means, b.means) && sameNumbers(a.deviations, b.deviations);
}

/** What is wrong with a treatment of so many features; undefined where nothing is. */
export function treatmentFault(
  { means, deviations }: InputTreatment,
  features: number,
): { readonly expected: string; readonly found: string } | undefined {
  const allowed = features === 1 ? "1 number" : `1 or ${features} numbers`;
  for (const [name, values] of [["means", means] as const, ["deviations", deviations] as const]) {
    if (values.length !== 1 && values.length !== features)
      return { expected: `${allowed}, as the network has inputs`, found: `${values.length} ${name}` };
  }
  if (means.length !== deviations.length)
    return { expected: "as many deviations as means", found: `${deviations.length} and ${means.length}` };
  const mean = means.find((value) => !Number.isFinite(value));
  if (mean !== undefined) return { expected: "finite means", found: String(mean) };
  const deviation = deviations.find((value) => !(value > 0 && Number.isFinite(value)));
  if (deviation !== undefined) return { expected: "finite deviations above 0", found: String(deviation) };
  return undefined;
}

/** `mean` and `sd` of all features. @throws UsageError where a float32 cannot hold them */
export function oneForAll({ mean, sd }: { readonly mean: number; readonly sd: number }): InputTreatment {
  const treatment = { means: Float32Array.of(mean), deviations: Float32Array.of(sd) };
  const fault = treatmentFault(treatment, 1);
  if (fault === undefined) return treatment;
  throw new UsageError({
    what: "mean and deviation do not fit into single precision",
    where: "--normalize",
    expected: fault.expected,
    found: `${mean},${sd}, in single precision ${fault.found}`,
    fix: "give numbers of a size that inputs can have",
  });
}

/** For people: `(byte / 255 - 0.1307) / 0.3081`. @param shape of a sample, where it is known: says whether channels differ */
export function inputsText({ inputType, inputTreatment }: KnownInputs, shape: readonly number[] = []): string {
  const value = inputType === "bytes" ? "byte / 255" : "x";
  if (inputTreatment === undefined) return value;
  const { means, deviations } = inputTreatment;
  if (means.length === 1) return `(${value} - ${float32Text(means[0]!)}) / ${float32Text(deviations[0]!)}`;
  const channels = [means, deviations].map((values) => ofChannels(values, shape));
  const said = channels.map((values) => values?.map(float32Text).join(","));
  const each = said.includes(undefined) ? `each of ${means.length} features` : `channels ${said.join("/")}`;
  return `(${value} - mean) / deviation, of ${each}`;
}

/** [channels], where the numbers of a channel are all the same. */
function ofChannels(values: Float32Array, shape: readonly number[]): number[] | undefined {
  const places = channelPlaces(shape);
  if (places.kind !== "known") return undefined;
  const each: number[] = [];
  for (const [index, value] of values.entries()) each[places.channelOf(index)] ??= value;
  return values.every((value, index) => value === each[places.channelOf(index)]) ? each : undefined;
}
