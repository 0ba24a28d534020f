/** The data set's checksum: equal to its written definition, and different after any change of content. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { Split } from "../../src/core/dataset.ts";
import { type FingerprintedContents, fingerprint } from "../../src/data/splits/fingerprint.ts";

function split(count: number, start: number): Split {
  return {
    count,
    inputs: Uint8Array.from({ length: 4 * count }, (_, index) => start + index),
    labels: Uint16Array.from({ length: count }, (_, index) => (index % 3) * 200),
  };
}

const contents: FingerprintedContents = {
  sampleShape: [2, 2],
  classes: 401,
  train: split(6, 0),
  validation: split(3, 100),
  test: split(4, 200),
};

function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

function inputBytes(inputs: Split["inputs"]): Uint8Array {
  if (inputs instanceof Uint8Array) return inputs;
  const bytes = Buffer.alloc(4 * inputs.length);
  for (const [index, value] of inputs.entries()) bytes.writeFloatLE(value, 4 * index);
  return bytes;
}

/** The definition in fingerprint.ts, followed by another hand with another library. */
function byDefinition({ sampleShape, classes, train, validation, test: heldOut }: FingerprintedContents): string {
  const line = (name: string, { count, inputs, labels }: Split) =>
    `${name} ${count} ${sha256(inputBytes(inputs))} ${sha256(Uint8Array.from([...labels].flatMap((label) => [label & 255, label >> 8])))}\n`;
  const text =
    `gpu-importance/dataset/1\nshape ${sampleShape.join(" ")}\nclasses ${classes}\n` +
    (train.inputs instanceof Uint8Array ? "" : "inputs float32\n") +
    line("train", train) +
    line("validation", validation) +
    line("test", heldOut);
  return sha256(text);
}

test("the fingerprint is what its definition says", async () => {
  expect(await fingerprint(contents)).toBe(byDefinition(contents));
});

test("the fingerprint of floats is what its definition says, and another than that of bytes of the same value", async () => {
  const asFloats = (split: Split): Split => ({ ...split, inputs: Float32Array.from(split.inputs, (byte) => byte / 3) });
  const { train, validation, test: heldOut } = contents;
  const floats = {
    ...contents,
    train: asFloats(train),
    validation: asFloats(validation),
    test: asFloats(heldOut),
  };
  expect(await fingerprint(floats)).toBe(byDefinition(floats));
  expect(await fingerprint(floats)).not.toBe(await fingerprint(contents));
});

test("the fingerprint is the same for views into larger memory", async () => {
  const memory = new Uint8Array(100).fill(77);
  memory.set(contents.test.inputs, 13);
  const viewed = { ...contents, test: { ...contents.test, inputs: memory.subarray(13, 29) } };
  expect(await fingerprint(viewed)).toBe(byDefinition(contents));
});

test("any change of size, pixel, label or order changes the fingerprint", async () => {
  const { train, validation } = contents;
  const changed: FingerprintedContents[] = [
    { ...contents, sampleShape: [4] },
    { ...contents, classes: 402 },
    { ...contents, train: { ...train, inputs: train.inputs.with(23, 0) } },
    { ...contents, train: { ...train, labels: train.labels.with(5, 256) } },
    { ...contents, train: { ...train, labels: train.labels.toReversed() } },
    { ...contents, validation: { ...validation, inputs: validation.inputs.toReversed() } },
    { ...contents, train: { ...train, count: 5 } },
    { ...contents, validation: contents.test, test: validation },
  ];
  const seen = new Set(await Promise.all([contents, ...changed].map(fingerprint)));
  expect(seen.size).toBe(changed.length + 1);
});
