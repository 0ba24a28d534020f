/** A sample for a network: one of the validation set, or one that was drawn, with its picture and its inputs. */
import type { Dataset, Split } from "../../src/core/dataset.ts";
import { greatest, smallest } from "../../src/core/long-arrays.ts";
import { treatedInputs } from "../../src/data/inputs/treat-inputs.ts";
import { inputValues } from "../../src/reference/forward.ts";
import { greyValues } from "./extremes.ts";
import type { Classified, SampleChoice } from "./protocol.ts";

interface ChosenSample extends Pick<Classified, "sample" | "label" | "pixels"> {
  /** [features] as the network takes them. */
  readonly inputs: Float64Array;
}

/**
 * @param dataset as the network takes it
 * @param shown its validation samples as they were read
 * @throws RangeError where there is no such sample, or what was drawn has another size
 */
export function chosenSample(choice: SampleChoice, dataset: Dataset, shown: Split): ChosenSample {
  return "drawn" in choice ? drawnSample(choice.drawn, dataset, shown) : sampleOf(choice.sample, dataset, shown);
}

function sampleOf(sample: number, { validation, features }: Dataset, shown: Split): ChosenSample {
  const { count, inputs, labels } = validation;
  if (!(sample >= 0 && sample < count)) throw new RangeError(`there is no sample ${sample} of ${count}`);
  const own = (values: Split["inputs"]) => values.subarray(sample * features, (sample + 1) * features);
  return { sample, label: labels[sample]!, pixels: greyValues(own(shown.inputs)), inputs: inputValues(own(inputs)) };
}

function drawnSample(pixels: Uint8Array, { treatment, features, name }: Dataset, shown: Split): ChosenSample {
  if (pixels.length !== features) throw new RangeError(`${pixels.length} pixels were drawn of ${features}`);
  const values = valuesOf(pixels, shown.inputs);
  const inputs = treatment === undefined ? values : treatedInputs(values, { ...treatment, features, where: name });
  return { pixels, inputs: inputValues(inputs) };
}

/** Pixels as numbers of the data: bytes, or, where data are floats, from the least of them (black) to the greatest (white). */
function valuesOf(pixels: Uint8Array, inputs: Split["inputs"]): Split["inputs"] {
  if (inputs instanceof Uint8Array) return pixels;
  const [least, most] = [smallest(inputs), greatest(inputs)];
  return Float32Array.from(pixels, (byte) => least + (byte / 255) * (most - least));
}
