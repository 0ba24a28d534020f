/**
 * One checksum for a data set as a study used it, so that two results can be told to rest on the same bytes.
 *
 * It is the SHA-256 of this UTF-8 text, lines ended by "\n", numbers decimal, digests in lower-case hexadecimal
 * (shown: MNIST; `...` stands for 64 digits):
 *
 *     gpu-importance/dataset/1
 *     shape 28 28
 *     classes 10
 *     train 50000 ... ...
 *     validation 10000 ... ...
 *     test 10000 ... ...
 *
 * Where inputs are floats, a line `inputs float32` follows that of the classes.
 *
 * In each split's line stand the number of samples, the SHA-256 of its inputs (one byte each, or four of a little-endian
 * float32, sample after sample) and
 * the SHA-256 of its labels (two bytes each, little-endian), in the order in which the study uses them. The data set's
 * name is left out. Digests of digests, because the web's `digest` takes one buffer and would need all bytes copied
 * into it.
 */
import { isLittleEndian } from "../../core/byte-order.ts";
import {
  type AnyDataset,
  type Dataset,
  inputTypeOf,
  type PagedDataset,
  type PagedSplit,
  type Split,
  type SplitName,
  splitNames,
} from "../../core/dataset.ts";
import type { Digest } from "../../core/platform.ts";
import { sha256 } from "../../core/sha256.ts";

type Covered = "sampleShape" | "classes" | "train" | "validation" | "test";
/** What the fingerprint covers. */
export type FingerprintedContents = Pick<Dataset, Covered>;

/** The fingerprint defined above: 64 lower-case hexadecimal digits. */
export function fingerprint(contents: FingerprintedContents): Promise<string> {
  return fingerprintOf(contents, (name) => sha256(bytesOf(contents[name].inputs)));
}

/** The same of data whose inputs are read page by page. @param digest begins a SHA-256 */
export function pagedFingerprint(contents: Pick<PagedDataset, Covered>, digest: () => Digest): Promise<string> {
  return fingerprintOf(contents, (name) => pagesDigest(contents[name], digest()));
}

async function pagesDigest({ count, pageSamples, readPage }: PagedSplit, digest: Digest): Promise<string> {
  for (let page = 0; page * pageSamples < count; page++) digest.update(bytesOf(await readPage(page)));
  return digest.hexadecimal();
}

async function fingerprintOf(
  contents: Pick<AnyDataset, Covered>,
  inputsDigest: (name: SplitName) => Promise<string>,
): Promise<string> {
  const lines = ["gpu-importance/dataset/1", `shape ${contents.sampleShape.join(" ")}`, `classes ${contents.classes}`];
  if (inputTypeOf(contents.train) === "floats") lines.push("inputs float32");
  for (const name of splitNames) {
    const { count, labels } = contents[name];
    lines.push(`${name} ${count} ${await inputsDigest(name)} ${await sha256(littleEndian(labels, 2, "setUint16"))}`);
  }
  return sha256(new TextEncoder().encode(`${lines.join("\n")}\n`));
}

function bytesOf(inputs: Split["inputs"]): Uint8Array {
  return inputs instanceof Uint8Array ? inputs : littleEndian(inputs, 4, "setFloat32");
}

/** Values as bytes, whatever the machine's byte order. */
function littleEndian(values: Uint16Array | Float32Array, width: number, set: "setUint16" | "setFloat32"): Uint8Array {
  if (isLittleEndian) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const view = new DataView(new ArrayBuffer(width * values.length));
  for (const [index, value] of values.entries()) view[set](width * index, value, true);
  return new Uint8Array(view.buffer);
}
