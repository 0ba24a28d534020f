/**
 * Means and deviations as people give them, and the treatment of inputs that they stand for: one of each for all inputs, or one
 * of each channel of pictures, which goes to all numbers of the channel (as torchvision.transforms.Normalize).
 */
import { UsageError } from "./errors.ts";
import { type InputTreatment, oneForAll } from "./input-treatment.ts";
import { type ChannelPlaces, channelPlaces } from "./sample-axes.ts";

/** Of all inputs. */
interface OneOfAll {
  readonly mean: number;
  /** Above 0. */
  readonly sd: number;
}

/** [channels] each, 2 or more, in the order of the channels. */
interface OneOfEachChannel {
  readonly mean: readonly number[];
  /** Above 0. */
  readonly sd: readonly number[];
}

export type MeanAndDeviation = OneOfAll | OneOfEachChannel;

export function isByChannel(normalize: MeanAndDeviation): normalize is OneOfEachChannel {
  return typeof normalize.mean !== "number";
}

/** `0.1307,0.3081`, or `0.4914,0.4822,0.4465/0.247,0.2435,0.2616`: as `--normalize` takes it. */
export function normalizationText(normalize: MeanAndDeviation): string {
  if (!isByChannel(normalize)) return `${normalize.mean},${normalize.sd}`;
  return `${normalize.mean.join(",")}/${normalize.sd.join(",")}`;
}

/** For people: what becomes of the value x. */
export function normalizedText(normalize: MeanAndDeviation): string {
  if (!isByChannel(normalize)) return `(x - ${normalize.mean}) / ${normalize.sd}`;
  return `(x - mean) / deviation, of channels ${normalizationText(normalize)}`;
}

/** [channels] each. @throws UsageError where a float32 cannot hold them */
export function channelTreatment({ mean, sd }: OneOfEachChannel): InputTreatment {
  const each = mean.map((one, channel) => oneForAll({ mean: one, sd: sd[channel]! }));
  return {
    means: Float32Array.from(each, ({ means }) => means[0]!),
    deviations: Float32Array.from(each, ({ deviations }) => deviations[0]!),
  };
}

/**
 * The treatment of samples.
 * @param shape of a sample
 * @param where the data, or a network's file, for messages
 * @throws UsageError where a float32 cannot hold the numbers, or they are of channels and samples do not have so many
 */
export function treatmentOf(normalize: MeanAndDeviation, shape: readonly number[], where: string): InputTreatment {
  return isByChannel(normalize) ? overChannels(channelTreatment(normalize), shape, where) : oneForAll(normalize);
}

/**
 * The treatment of every feature out of that of channels; of all features at once where channels are treated alike.
 * @param channels [channels] each
 * @throws UsageError where samples do not have so many channels, or it is not known which of their numbers are of which
 */
export function overChannels(
  { means, deviations }: InputTreatment,
  shape: readonly number[],
  where: string,
): InputTreatment {
  const places = channelPlaces(shape, means.length);
  if (places.kind !== "known") throw misfit(means.length, places, shape, where);
  const features = shape.reduce((product, extent) => product * extent, 1);
  const isAlike = [means, deviations].every((values) => values.every((value) => value === values[0]));
  const length = isAlike ? 1 : features;
  const spread = (values: Float32Array) =>
    Float32Array.from({ length }, (_, index) => values[places.channelOf(index)]!);
  return { means: spread(means), deviations: spread(deviations) };
}

function misfit(
  asked: number,
  places: Exclude<ChannelPlaces, { kind: "known" }>,
  shape: readonly number[],
  where: string,
): UsageError {
  const extents = shape.join(" x ");
  const what = "means and deviations of channels do not fit the samples";
  const pictures = `pictures, ${asked} x height x width or height x width x ${asked}`;
  const forAll = "give one mean and one deviation, --normalize mean,sd";
  if (places.kind === "open") {
    const found = `${extents}, of which no axis is known to be that of ${asked} channels`;
    return new UsageError({ what, where, expected: pictures, found, fix: forAll });
  }
  const { channels } = places;
  if (channels === 0) {
    const fix = `${forAll}, or the samples as arrays with axes`;
    return new UsageError({ what, where, expected: pictures, found: `${extents} numbers without axes`, fix });
  }
  const each = channels === 1 ? "1 mean and 1 deviation" : `${channels} means and ${channels} deviations`;
  const expected = `${each}, one of each channel of ${extents}`;
  const fix = channels === 1 ? forAll : `give ${channels} of each, or one of each for all, --normalize mean,sd`;
  return new UsageError({ what, where, expected, found: `${asked} of each`, fix });
}
