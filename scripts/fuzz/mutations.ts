/** Files as damage and malice leave them: bits turned over, numbers that lie, stretches lost, moved, repeated or mixed. */
import type { SeededRandom } from "./random.ts";

/** Numbers that break what trusts them: none, all bits, the limits of signed and unsigned counts. */
const LIES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x1000000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
/** Digits of text formats, as large and as odd as they come. */
const TEXT_LIES = ["-1", "1e9", "99999999999", "4294967296", "NaN", "null", "[]", '""', "{}", "0.5", "1e999"];
const LONGEST_STRETCH = 96;

type Mutation = (file: Uint8Array, random: SeededRandom, others: readonly Uint8Array[]) => Uint8Array;

/** Beginnings and ends, where formats keep what they promise, are hit more often. */
function place(length: number, random: SeededRandom): number {
  const where = random.below(4);
  if (where === 0) return random.below(Math.min(64, length));
  if (where === 1) return Math.max(0, length - 1 - random.below(Math.min(512, length)));
  return random.below(length);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const turnBit: Mutation = (file, random) => {
  const changed = file.slice();
  changed[place(file.length, random)]! ^= 1 << random.below(8);
  return changed;
};

const setByte: Mutation = (file, random) => {
  const changed = file.slice();
  changed[place(file.length, random)] = random.below(256);
  return changed;
};

const lie: Mutation = (file, random) => {
  const width = random.pick([1, 2, 4, 8]);
  const first = place(file.length, random);
  if (first + width > file.length) return file;
  const changed = file.slice();
  const view = new DataView(changed.buffer);
  const [value, little] = [random.pick(LIES), random.below(2) === 0];
  if (width === 1) view.setUint8(first, value & 0xff);
  if (width === 2) view.setUint16(first, value & 0xffff, little);
  if (width === 4) view.setUint32(first, value, little);
  if (width === 8) view.setBigUint64(first, (BigInt(random.pick([0, value])) << 32n) | BigInt(value), little);
  return changed;
};

/** A number in text becomes another. */
const lieInText: Mutation = (file, random) => {
  const digits = /[0-9]/;
  const first = place(file.length, random);
  let begin = first;
  while (begin < Math.min(file.length, first + 200) && !digits.test(String.fromCharCode(file[begin]!))) begin++;
  let end = begin;
  while (end < file.length && digits.test(String.fromCharCode(file[end]!))) end++;
  return joined(file.subarray(0, begin), new TextEncoder().encode(random.pick(TEXT_LIES)), file.subarray(end));
};

const cutOff: Mutation = (file, random) => file.slice(0, place(file.length, random));

const lose: Mutation = (file, random) => {
  const first = place(file.length, random);
  return joined(file.subarray(0, first), file.subarray(first + 1 + random.below(LONGEST_STRETCH)));
};

const insert: Mutation = (file, random) => {
  const first = place(file.length, random);
  const bytes = Uint8Array.from({ length: 1 + random.below(32) }, () => random.below(256));
  return joined(file.subarray(0, first), bytes, file.subarray(first));
};

const repeat: Mutation = (file, random) => {
  const first = place(file.length, random);
  const stretch = file.subarray(first, first + 1 + random.below(LONGEST_STRETCH));
  const copies = Array.from({ length: 1 + random.below(random.pick([2, 8, 200])) }, () => stretch);
  return joined(file.subarray(0, first), ...copies, file.subarray(first));
};

/** Overwrites a stretch by one from elsewhere in this file or another. */
const splice: Mutation = (file, random, others) => {
  const source = random.pick([file, ...others]);
  const from = place(source.length, random);
  const stretch = source.subarray(from, from + 1 + random.below(LONGEST_STRETCH));
  const to = place(file.length, random);
  return joined(file.subarray(0, to), stretch, file.subarray(to + stretch.length));
};

/** The beginning of one file with the end of another. */
const cross: Mutation = (file, random, others) => {
  const other = random.pick([file, ...others]);
  return joined(file.subarray(0, place(file.length, random)), other.subarray(place(other.length, random)));
};

const MUTATIONS = [turnBit, turnBit, setByte, lie, lie, lieInText, cutOff, lose, insert, repeat, splice, cross];

/** One to four of these, one after another; more often one. */
export function mutated(file: Uint8Array, random: SeededRandom, others: readonly Uint8Array[]): Uint8Array {
  let changed = file;
  for (let count = random.pick([1, 1, 1, 2, 3, 4]); count > 0 && changed.length > 0; count--) {
    changed = random.pick(MUTATIONS)(changed, random, others);
  }
  return changed;
}
