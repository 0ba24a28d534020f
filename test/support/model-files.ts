/** Network files in memory, what networks compute in float64, and files that are damaged at random. */

import fc from "fast-check";
import { expect } from "vitest";
import type { LayerActivation } from "../../src/core/activation.ts";
import { RunError, UsageError } from "../../src/core/errors.ts";
import type { LayerChain } from "../../src/core/layer-chain.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import type { LoadedModel, ModelFiles, ReadOptions } from "../../src/models/model-reader.ts";
import { readModel } from "../../src/models/read-model.ts";

export function modelFiles(
  name: string,
  bytes: Uint8Array,
  beside: Readonly<Record<string, Uint8Array>> = {},
): ModelFiles {
  return {
    name,
    bytes,
    siblings: async () => [name, ...Object.keys(beside)],
    sibling: async (sibling) => (Object.hasOwn(beside, sibling) ? beside[sibling] : undefined),
  };
}

/** erf(x) by its Taylor series, in which terms first grow and then vanish; exact enough for |x| < 4. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export function activated(z: number, activation: LayerActivation): number {
  switch (activation.kind) {
    case "sigmoid":
      return 1 / (1 + Math.exp(-z));
    case "tanh":
      return Math.tanh(z);
    case "relu":
      return Math.max(z, 0);
    case "gelu":
      return 0.5 * z * (1 + erf(z / Math.SQRT2));
    case "gelu-tanh":
      return 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)));
    case "softplus":
      return Math.log1p(Math.exp(z));
    case "identity":
      return z;
    case "leaky-relu":
      return z < 0 ? activation.alpha * z : z;
    case "elu":
      return z < 0 ? activation.alpha * Math.expm1(z) : z;
  }
}

function sums({ inputs, outputs, weights, biases }: DenseLayer, row: readonly number[]): number[] {
  return Array.from({ length: outputs }, (_, output) =>
    row.reduce((sum, value, input) => sum + value * weights[output * inputs + input]!, biases[output]!),
  );
}

/** Logits of one sample. */
export function logitsOf({ hidden, last }: LayerChain, inputs: readonly number[]): number[] {
  const top = hidden.reduce((row, layer) => sums(layer, row).map((z) => activated(z, layer.activation)), [...inputs]);
  return sums(last, top);
}

/** What the file's own last activation makes of the logits. */
export function outputsOf(chain: LayerChain, inputs: readonly number[]): number[] {
  const logits = logitsOf(chain, inputs);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  if (chain.output === "softmax") return logits.map((logit) => Math.exp(logit) / total);
  if (chain.output === "log-softmax") return logits.map((logit) => logit - Math.log(total));
  if (chain.output === "sigmoid") return logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  return logits;
}

/** Refused with the file's name and this message, by the error of the command line's user. */
export async function expectRefused(
  files: ModelFiles,
  message: RegExp,
  options: ReadOptions = {},
  kind: typeof RunError | typeof UsageError = RunError,
): Promise<void> {
  const error: unknown = await readModel(files, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  expect((error as Error).message).toMatch(message);
  // The file first, perhaps with the member or the array in it.
  expect((error as Error).message.slice(files.name.length)).toMatch(/^(: |, (member|array) \S+: )/);
  expect((error as Error).message.startsWith(files.name)).toBe(true);
}

/** Offsets of the bytes of `part` in `whole`. */
export function offsetsOf(part: Uint8Array, whole: Uint8Array): number[] {
  const text = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const start = text(whole).indexOf(text(part));
  if (start < 0) throw new Error("the part is not in the whole");
  return Array.from(part, (_, index) => start + index);
}

/** For each array of weights or biases, the offsets at which it stands in the file as float32. */
export function valueOffsets({ hidden, last }: LayerChain, file: Uint8Array, transposed: boolean): number[][] {
  const arrays = [...hidden, last].flatMap(({ inputs, outputs, weights, biases }) => {
    const turned = weights.map((_, index) => weights[(index % outputs) * inputs + Math.floor(index / outputs)]!);
    return [transposed ? turned : weights, biases];
  });
  return arrays.map((values) => offsetsOf(new Uint8Array(values.buffer), file));
}

const { numRuns, seed } = { numRuns: 10_000, seed: 7 };

interface Damage {
  readonly bytes: Uint8Array;
  /** Offsets whose bytes were changed in place; undefined where bytes were cut off or put in, too. */
  readonly changed: readonly number[] | undefined;
}

/** One to three bytes changed; in a third of the files also the end cut off, a stretch left out or put in twice. */
function damaged(file: Uint8Array): fc.Arbitrary<Damage> {
  const offset = fc.nat(file.length - 1);
  const changes = fc.array(
    fc.record({ at: offset, value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  const cut = fc.record({ from: offset, to: offset, keepEnd: fc.boolean() });
  return fc.tuple(changes, fc.option(cut, { freq: 2 })).map(([list, stretch]) => {
    const bytes = Uint8Array.from(file);
    for (const { at, value } of list) bytes[at] = value;
    const changed = list.filter(({ at, value }) => file[at] !== value).map(({ at }) => at);
    if (stretch === null || (stretch.keepEnd && stretch.from === stretch.to)) return { bytes, changed };
    const end = stretch.keepEnd ? bytes.subarray(stretch.to) : new Uint8Array(0);
    const shifted = new Uint8Array(stretch.from + end.length);
    shifted.set(bytes.subarray(0, stretch.from));
    shifted.set(end, stretch.from);
    return { bytes: shifted, changed: undefined };
  });
}

export interface FuzzedFile {
  readonly files: ModelFiles;
  readonly options?: ReadOptions;
  /** Where the file holds what may be another number or word: elsewhere a change is noticed or does not matter. */
  readonly content: ReadonlySet<number>;
}

function expectSound({ chain }: LoadedModel): void {
  const layers: readonly DenseLayer[] = [...chain.hidden, chain.last];
  for (const [index, { inputs, outputs, weights, biases }] of layers.entries()) {
    expect([weights.length, biases.length]).toEqual([inputs * outputs, outputs]);
    expect([...weights, ...biases].every(Number.isFinite)).toBe(true);
    if (index > 0) expect(inputs).toBe(layers[index - 1]!.outputs);
  }
}

/**
 * Reads 10,000 damaged copies. Each is refused with an error for users, or gives a sound network; and one that is not the
 * original's only where a byte of `content` was changed in place.
 */
export async function expectDamageNoticed({ files, options = {}, content }: FuzzedFile): Promise<void> {
  const original = await readModel(files, options);
  await fc.assert(
    fc.asyncProperty(damaged(files.bytes), async ({ bytes, changed }) => {
      let model: LoadedModel;
      try {
        model = await readModel({ ...files, bytes }, options);
      } catch (error) {
        expect(error instanceof RunError || error instanceof UsageError).toBe(true);
        return;
      }
      expectSound(model);
      // Without the mark of our own files, one is from elsewhere and does not say how samples lie.
      const { input: _, ...chain } = model.chain;
      const { input: __, ...wanted } = original.chain;
      if (!changed?.some((at) => content.has(at))) expect(chain).toStrictEqual(wanted);
    }),
    { numRuns, seed },
  );
}
