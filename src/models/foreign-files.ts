/**
 * Files that people give as networks and that are not read here, each by what it is and what works instead. They are known by
 * their bytes; by their names only where others could begin as they do.
 */
import { isZip } from "./zip.ts";

export interface ForeignKind {
  /** For `this is ...`. */
  readonly what: string;
  readonly fix: string;
}

const PYTORCH_FIX =
  "load it in PyTorch and save its state_dict as safetensors: safetensors.torch.save_file(state_dict, 'net.safetensors'), or " +
  "export the network with torch.onnx.export";
const SCIKIT_FIX =
  "load it in Python and save numpy.savez('net.npz', **{f'coefs_{i}': w for i, w in enumerate(net.coefs_)}, **{f'intercepts_{i}': " +
  "b for i, b in enumerate(net.intercepts_)}); its activation is said with --activation";
const PICKLE_FIX =
  "load it in Python and save its weights and biases: numpy.savez('net.npz', W1=..., b1=..., W2=..., b2=...), or a state_dict of " +
  "PyTorch as safetensors";
const KERAS_FIX = "save the whole model with Keras, model.save('net.keras'), or convert it with tf2onnx";
const SHARD_FIX =
  "join the parts in Python: collect safetensors.torch.load_file of each in one dictionary, and save that with " +
  "safetensors.torch.save_file";

/** The number that PyTorch wrote first before its version 1.6, after the mark of a pickle. */
const OLD_PYTORCH = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/** How many bytes of a pickle are searched for the names of libraries, which stand at its beginning. */
const SEARCHED_BYTES = 2 ** 16;
/** Of zip archives, the names of members stand here and there, and in the directory at the end. */
const DIRECTORY_BYTES = 2 ** 16;

const startsWith = (bytes: Uint8Array, start: readonly number[], from = 0) =>
  start.every((byte, index) => bytes[from + index] === byte);
const letters = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));
const textOf = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

/** Python's pickles from protocol 2 on begin with 0x80 and the protocol. */
function isPickle(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80 && bytes[1] !== undefined && bytes[1] >= 2 && bytes[1] <= 5;
}

/** What is in a pickle, by the names of the classes in it. */
function pickled(bytes: Uint8Array, what: string): ForeignKind {
  const text = textOf(bytes.subarray(0, SEARCHED_BYTES));
  if (startsWith(bytes, OLD_PYTORCH) || /\btorch[._]/.test(text)) {
    return { what: `${what} of PyTorch`, fix: PYTORCH_FIX };
  }
  if (text.includes("sklearn")) return { what: `${what} of a scikit-learn model`, fix: SCIKIT_FIX };
  return { what, fix: PICKLE_FIX };
}

/** Zip archives with a pickle in them, as PyTorch has them since 1.6. */
function zippedPickle(bytes: Uint8Array): ForeignKind | undefined {
  const directory = textOf(bytes.subarray(-DIRECTORY_BYTES));
  if (!/\/data\.pkl/.test(directory)) return undefined;
  const isScript = /\/constants\.pkl|\/code\//.test(directory);
  const fix = isScript ? `load it with torch.jit.load; then ${PYTORCH_FIX}` : PYTORCH_FIX;
  return { what: isScript ? "a TorchScript archive of PyTorch" : "a pickle of PyTorch (torch.save)", fix };
}

type Recognition = (bytes: Uint8Array, name: string) => ForeignKind | undefined;

const beginsWith =
  (start: readonly number[], kind: ForeignKind, from = 0): Recognition =>
  (bytes) =>
    startsWith(bytes, start, from) ? kind : undefined;

const isNamed =
  (pattern: RegExp, kind: ForeignKind): Recognition =>
  (_, name) =>
    pattern.test(name) ? kind : undefined;

const MATLAB_FIX =
  "save its matrices in Python: scipy.io.loadmat (or h5py from version 7.3 on), then numpy.savez('net.npz', W1=..., b1=..., ...)";
const PACKED_FIX = "unpack it and give the file that is in it";

/** The length of a safetensors header can begin like other files do, as 640 like a pickle; its brace is where theirs is not. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length <= BigInt(bytes.length - 8);
}

const recognitions: readonly Recognition[] = [
  (bytes) => (isZip(bytes) ? zippedPickle(bytes) : undefined),
  (bytes) => (isPickle(bytes) ? pickled(bytes, "a Python pickle") : undefined),
  isNamed(/\.safetensors\.index\.json$/i, {
    what: "the index of a network in several safetensors files",
    fix: SHARD_FIX,
  }),
  isNamed(/-\d+-of-\d+\.safetensors$/i, { what: "one of several safetensors files of a network", fix: SHARD_FIX }),
  beginsWith(letters("MATLAB "), { what: "a MATLAB file", fix: MATLAB_FIX }),
  isNamed(/\.mat$/i, { what: "a MATLAB file", fix: MATLAB_FIX }),
  beginsWith(letters("TFL3"), { what: "a TensorFlow Lite model", fix: KERAS_FIX }, 4),
  beginsWith(letters("GGUF"), { what: "a GGUF file of a language model", fix: "give a network of dense layers" }),
  isNamed(/\.joblib$/i, { what: "a compressed pickle of joblib", fix: `${SCIKIT_FIX}; of another model, its arrays` }),
  isNamed(/\.(?:pkl|pickle|p|sav)$/i, { what: "a Python pickle", fix: PICKLE_FIX }),
  isNamed(/\.pb$/i, { what: "a graph of TensorFlow (SavedModel)", fix: KERAS_FIX }),
  isNamed(/\.(?:ckpt|index|data-\d+-of-\d+)$/i, { what: "a checkpoint without its model", fix: KERAS_FIX }),
  beginsWith([0x1f, 0x8b], { what: "a gzip file", fix: PACKED_FIX }),
  beginsWith([0xfd, ...letters("7zXZ")], { what: "an xz file", fix: PACKED_FIX }),
  beginsWith(letters("BZh"), { what: "a bzip2 file", fix: PACKED_FIX }),
  beginsWith(letters("7z\u00bc\u00af"), { what: "a 7z archive", fix: PACKED_FIX }),
];

/** What a file of PyTorch's usual names is whose bytes say nothing. */
export const UNKNOWN_PYTORCH: ForeignKind = {
  what: "a file with PyTorch's ending, damaged or of another writer",
  fix: PYTORCH_FIX,
};
export const PYTORCH_NAME = /\.(?:pt|pth)$/i;

/** Names of files whose suffix says that they are read here, whatever they begin with. */
const NAMED_AS_READ = /\.(?:h5|hdf5|onnx|keras|npy)$/i;

/** What the file is, where it is of a kind that is known and not read. */
export function foreignKind(name: string, bytes: Uint8Array): ForeignKind | undefined {
  if (NAMED_AS_READ.test(name) && !isPickle(bytes)) return undefined;
  const content = isSafetensors(bytes) ? new Uint8Array(0) : bytes;
  for (const recognize of recognitions) {
    const kind = recognize(content, name);
    if (kind !== undefined) return kind;
  }
  return undefined;
}
