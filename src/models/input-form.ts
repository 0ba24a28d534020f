/**
 * What our own files say beside weights and activation, as texts: in the metadata of safetensors and ONNX, as arrays of text in
 * .npz. Files without them take samples as data hold them.
 */
import type { OutputActivation } from "../core/layer-chain.ts";
import type { InputForm, Network } from "../core/network.ts";
import type { ChainStep } from "./chain-steps.ts";
import type { Refuse } from "./refuse.ts";

/** Extents with commas between, or UNKNOWN where the file that the network came from did not say them. */
const SHAPE = "input_shape";
const UNKNOWN = "unknown";
/** WHOLE where bytes count as 0 to 255. */
const NUMBERS = "input_numbers";
const WHOLE = "whole";
/** SIGMOID where it follows the one output. */
export const OUTPUT = "output";
const SIGMOID = "sigmoid";

export const formTextNames: readonly string[] = [SHAPE, NUMBERS, OUTPUT];

/** The texts of a network, by name; none for most. */
export function formTexts({ input, singleOutput }: Network): Record<string, string> {
  return {
    ...(input && { [SHAPE]: input.shape?.join(",") ?? UNKNOWN }),
    ...(input?.whole === true && { [NUMBERS]: WHOLE }),
    ...(singleOutput === "sigmoid" && { [OUTPUT]: SIGMOID }),
  };
}

interface FiledForm {
  readonly input?: InputForm;
  /** What follows the last layer. */
  readonly output?: OutputActivation;
}

/** Files of other tools, where nothing but tensors is in them. */
export const ELSEWHERE: FiledForm = { input: {} };

/** What follows the last layer, as steps. */
export function outputSteps(output: OutputActivation | undefined): ChainStep[] {
  return output === undefined ? [] : [{ kind: "output", name: output, output }];
}

/**
 * @param text what the file has by that name
 * @throws RunError where a text is none that we write.
 */
export function formOfTexts(text: (name: string) => unknown, refuse: Refuse): FiledForm {
  const [shape, numbers, output] = [text(SHAPE), text(NUMBERS), text(OUTPUT)];
  for (const [name, found, allowed] of [
    [NUMBERS, numbers, WHOLE],
    [OUTPUT, output, SIGMOID],
  ] as const) {
    if (found === undefined || found === allowed) continue;
    refuse({ what: `${name} is not understood`, expected: allowed, found: String(found) });
  }
  const input = shape === undefined && numbers === undefined ? undefined : formOf(shape, numbers === WHOLE, refuse);
  return { ...(input && { input }), ...(output === undefined ? {} : { output: SIGMOID }) };
}

function formOf(shape: unknown, whole: boolean, refuse: Refuse): InputForm {
  const numbers = { ...(whole && { whole }) };
  if (shape === undefined || shape === UNKNOWN) return numbers;
  if (typeof shape === "string" && /^[1-9]\d{0,8}(,[1-9]\d{0,8}){0,7}$/.test(shape))
    return { shape: shape.split(",").map(Number), ...numbers };
  const expected = `extents such as 3,32,32, or ${UNKNOWN}`;
  return refuse({ what: `${SHAPE} is not understood`, expected, found: String(shape) });
}
