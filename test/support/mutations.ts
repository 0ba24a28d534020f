/** Files as damage and malice leave them: bits turned over, stretches moved or lost, counts that lie. */
import fc from "fast-check";

type Mutation = (file: Uint8Array) => Uint8Array;

/** Numbers that break what trusts them: none, all bits, the limits of signed and unsigned counts. */
const lies = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A place in a file of any length, from the beginning or from the end, where formats keep what they promise. */
const place = fc.oneof(
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map((share) => (length: number) => share * length),
  fc.nat(64).map((bytes) => (length: number) => Math.min(bytes, length)),
  fc.nat(256).map((bytes) => (length: number) => Math.max(0, length - bytes)),
);
const at = place.map((of) => (file: Uint8Array) => Math.floor(of(file.length)));

const turnedBit: fc.Arbitrary<Mutation> = fc.tuple(at, fc.nat(7)).map(([where, bit]) => (file) => {
  const changed = file.slice();
  if (where(file) < file.length) changed[where(file)]! ^= 1 << bit;
  return changed;
});
const otherByte: fc.Arbitrary<Mutation> = fc.tuple(at, fc.nat(255)).map(([where, byte]) => (file) => {
  const changed = file.slice();
  if (where(file) < file.length) changed[where(file)] = byte;
  return changed;
});
const lie: fc.Arbitrary<Mutation> = fc
  .tuple(at, fc.constantFrom(...lies), fc.boolean(), fc.constantFrom(1, 2, 4, 8))
  .map(([where, value, little, width]) => (file) => {
    const changed = file.slice();
    const first = Math.min(where(file), file.length - width);
    if (first < 0) return changed;
    const view = new DataView(changed.buffer);
    if (width === 1) view.setUint8(first, value & 255);
    if (width === 2) view.setUint16(first, value & 65535, little);
    if (width === 4) view.setUint32(first, value, little);
    if (width === 8) view.setBigUint64(first, (BigInt(value) << 32n) | BigInt(value), little);
    return changed;
  });
const cutOff: fc.Arbitrary<Mutation> = at.map((where) => (file) => file.slice(0, where(file)));
const lost: fc.Arbitrary<Mutation> = fc.tuple(at, fc.integer({ min: 1, max: 64 })).map(([where, count]) => (file) => {
  return Uint8Array.from([...file.subarray(0, where(file)), ...file.subarray(where(file) + count)]);
});
const added: fc.Arbitrary<Mutation> = fc
  .tuple(at, fc.uint8Array({ minLength: 1, maxLength: 32 }))
  .map(([where, bytes]) => (file) => {
    return Uint8Array.from([...file.subarray(0, where(file)), ...bytes, ...file.subarray(where(file))]);
  });

/** One to three of these, one after another. */
export const mutations: fc.Arbitrary<Mutation> = fc
  .array(fc.oneof(turnedBit, otherByte, lie, cutOff, lost, added), { minLength: 1, maxLength: 3 })
  .map((all) => (file) => all.reduce((changed, mutate) => mutate(changed), file));
