/** What an .npy array of a network holds: weights, or a text beside them. */
import { parseNpy } from "../../formats/npy.ts";
import type { Refuse } from "../refuse.ts";
import type { Tensor } from "../tensor.ts";

/** Of headers of pickled arrays: lists of arrays that differ in shape. */
const OBJECTS = /'descr': *'\|O/;
const HEADER_START = 256;

const FLOAT_TYPES = ["f2", "f4", "f8"];
const ASCII = /^[\0-\x7f]*$/;

/** A tensor of real numbers, or a text. */
type NpyContent = { readonly tensor: Tensor } | { readonly text: string };

/**
 * @param name of the array within the file.
 * @throws RunError for damage, and for arrays of anything but real numbers or one ASCII text.
 */
export function decodeNpy(bytes: Uint8Array, name: string, file: string, refuse: Refuse): NpyContent {
  if (OBJECTS.test(new TextDecoder("latin1").decode(bytes.subarray(0, HEADER_START)))) {
    const fix =
      "save each array by itself: numpy.savez('net.npz', **{f'W{i}': w for i, w in enumerate(weights)}, **{f'b{i}': b for i, b in " +
      "enumerate(biases)})";
    refuse({ what: `${name} is an array of Python objects`, expected: "an array of numbers", found: "objects", fix });
  }
  const { type, shape, values } = parseNpy(bytes, `${file}, array ${name}`);
  const [text] = values;
  if (shape.length === 0 && typeof text === "string" && ASCII.test(text)) return { text };
  if (!(values instanceof Float32Array || values instanceof Float64Array) || !FLOAT_TYPES.includes(type)) {
    const fix = "convert the array in NumPy: array.astype(numpy.float32)";
    return refuse({ what: `${name} holds no real numbers`, expected: "float16, float32 or float64", found: type, fix });
  }
  if (values.length === 0) {
    refuse({ what: `${name} is empty`, expected: "at least one number", found: `shape (${shape.join(", ")})` });
  }
  return { tensor: { name, shape, values } };
}
