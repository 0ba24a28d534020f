/** What files of networks say of their inputs beside the layers: the same words in every format that is written. */

import { UsageError } from "../core/errors.ts";
import { type InputTreatment, type KnownInputs, treatmentFault } from "../core/input-treatment.ts";
import type { InputType } from "../core/input-type.ts";
import type { LayerChain } from "../core/layer-chain.ts";
import { shapeOf } from "../core/layers/registry.ts";
import type { Refuse } from "./refuse.ts";

/** Keys of metadata, and names of arrays: `inputs` says in words what the numbers of the other two are for. */
export const inputKeys = { inputs: "inputs", mean: "input_mean", deviation: "input_deviation" } as const;

/** What the values of data are: `v` where it is not known. */
const valueTexts = { bytes: "byte / 255", floats: "x", unknown: "v" } as const;
type Value = keyof typeof valueTexts;

function textOf(value: Value, isTreated: boolean): string {
  return isTreated ? `(${valueTexts[value]} - ${inputKeys.mean}) / ${inputKeys.deviation}` : valueTexts[value];
}

/**
 * `byte / 255`, `(x - input_mean) / input_deviation`, ...; undefined where nothing is known.
 * @throws UsageError where means are known of channels, and not yet where these are
 */
export function statedInputs({ inputType, inputTreatment, channelTreatment }: KnownInputs): string | undefined {
  if (channelTreatment !== undefined) {
    throw new UsageError({
      what: "the network has means and deviations of channels, and it is not known where its channels are",
      where: "network",
      expected: "a mean and a deviation of each input, or of all",
      found: `${channelTreatment.means.length} of each`,
      fix: "fit it to its data with fitNetwork before it is written",
    });
  }
  if (inputType === undefined && inputTreatment === undefined) return undefined;
  return textOf(inputType ?? "unknown", inputTreatment !== undefined);
}

const allTexts = (["bytes", "floats", "unknown"] as const).flatMap((value) =>
  [false, true].map((isTreated) => ({ value, isTreated, text: textOf(value, isTreated) })),
);

/** Inputs of the first layer. */
export function featuresOf({ hidden: [first], last }: LayerChain): number {
  return shapeOf(first ?? last).inputs;
}

/** What a file has under the three keys. */
export interface FoundInputs {
  readonly text: string | undefined;
  readonly means: ArrayLike<number> | undefined;
  readonly deviations: ArrayLike<number> | undefined;
}

/** @throws RunError where the words are others, or do not fit the numbers, or these are not of a treatment */
export function readInputs({ text, means, deviations }: FoundInputs, features: number, refuse: Refuse): KnownInputs {
  const said = allTexts.find((one) => one.text === text);
  if (text !== undefined && said === undefined) {
    const expected = allTexts.map((one) => one.text).join(", ");
    refuse({ what: `${inputKeys.inputs} is not understood`, expected, found: text });
  }
  const isTreated = said?.isTreated ?? (means !== undefined || deviations !== undefined);
  const type: { readonly inputType?: InputType } =
    said === undefined || said.value === "unknown" ? {} : { inputType: said.value };
  if (!isTreated) {
    if (means !== undefined || deviations !== undefined) refuse(contradiction(text, "numbers beside it"));
    return type;
  }
  if (means === undefined || deviations === undefined) return refuse(contradiction(text, "one of them, or none"));
  const inputTreatment: InputTreatment = { means: Float32Array.from(means), deviations: Float32Array.from(deviations) };
  const fault = treatmentFault(inputTreatment, features);
  if (fault !== undefined) refuse({ what: "the treatment of inputs does not fit the network", ...fault });
  return { ...type, inputTreatment };
}

function contradiction(text: string | undefined, found: string) {
  const expected = `${inputKeys.mean} and ${inputKeys.deviation}, or neither, as ${inputKeys.inputs} says`;
  return { what: `what is said of inputs does not fit: ${text ?? "no words"}`, expected, found };
}
