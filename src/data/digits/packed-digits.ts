/**
 * Digits in one piece of bytes, as the cache of the command line and the lab's download hold them: the SHA-256 of all that
 * follows, images [count, 784], labels [count].
 */
import { digitShape, type PackedDigits } from "./embedded-digits.ts";

const FEATURES = digitShape[0] * digitShape[1];
const CHECKSUM_BYTES = 32;

async function checksum(content: Uint8Array): Promise<Uint8Array> {
  // The web's type excludes shared memory, which nobody hands in here.
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", content as Uint8Array<ArrayBuffer>));
}

export async function encodeDigits({ images, labels }: PackedDigits): Promise<Uint8Array> {
  const bytes = new Uint8Array(CHECKSUM_BYTES + images.length + labels.length);
  bytes.set(images, CHECKSUM_BYTES);
  bytes.set(labels, CHECKSUM_BYTES + images.length);
  bytes.set(await checksum(bytes.subarray(CHECKSUM_BYTES)));
  return bytes;
}

/** Digits as views into the bytes; undefined where those are not whole: wrong length or wrong checksum. */
export async function decodeDigits(bytes: Uint8Array): Promise<PackedDigits | undefined> {
  const content = bytes.subarray(CHECKSUM_BYTES);
  const count = content.length / (FEATURES + 1);
  if (count < 1 || !Number.isInteger(count)) return undefined;
  const sum = await checksum(content);
  if (sum.some((byte, index) => byte !== bytes[index])) return undefined;
  return { images: content.subarray(0, count * FEATURES), labels: content.subarray(count * FEATURES) };
}
