/**
 * Logarithms, exponentials and powers that are the same to the last bit wherever they run. ECMAScript leaves Math.log2,
 * Math.exp, `**` and their kin to the implementation, and V8 does not compute them alike in all versions: what files and
 * verdicts depend on is computed here, by +, -, * and / of float64, which round correctly everywhere. (So does Math.sqrt
 * on all hardware that WebGPU runs on, though the standard leaves it open.)
 *
 * Errors in units in the last place, against 240 bits (test/core/elementary.test.ts): log2, logarithm and wholePower below
 * 0.53, exponential below 0.57, logarithm1p and exponentialM1 below 3. log2 of a power of 2 is exact.
 */

import { isLittleEndian } from "./byte-order.ts";

/** 2^(index - OFFSET), exact, from the least float64 above 0 to the largest power of 2. */
const OFFSET = 1074;
const LARGEST = 1023;
const powersOfTwo = new Float64Array(OFFSET + LARGEST + 1).fill(1);
for (let up = 1; up <= LARGEST; up++) powersOfTwo[OFFSET + up] = 2 * powersOfTwo[OFFSET + up - 1]!;
for (let down = 1; down <= OFFSET; down++) powersOfTwo[OFFSET - down] = powersOfTwo[OFFSET - down + 1]! / 2;

const powerOfTwo = (exponent: number) => powersOfTwo[OFFSET + exponent]!;

/** 2^27 + 1: splits a float64 into halves whose products are exact (Dekker 1971). */
const SPLITTER = 134_217_729;

/** a b - product, exactly, of the rounded product, where nothing overflows or underflows. */
function productRest(a: number, b: number, product: number): number {
  const aWide = SPLITTER * a;
  const aHigh = aWide - (aWide - a);
  const aLow = a - aHigh;
  const bWide = SPLITTER * b;
  const bHigh = bWide - (bWide - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** ln 2 and its inverse, each the sum of two float64. */
const LN2 = Math.LN2;
const LN2_REST = 2.3190468138462996e-17;
const PER_LN2 = Math.LOG2E;
const PER_LN2_REST = 2.0355273740931033e-17;

/** (atanh(s) / s - 1) / z of z = s^2 < 0.0295, by its series: 1 / 3 + z / 5 + z^2 / 7 + ... */
function atanhSeries(z: number): number {
  // In four parts, which a processor adds up at the same time.
  const z2 = z * z;
  const z4 = z2 * z2;
  const first = 1 / 3 + z4 * (1 / 11 + z4 * (1 / 19));
  const second = 1 / 5 + z4 * (1 / 13 + z4 * (1 / 21));
  const third = 1 / 7 + z4 * (1 / 15 + z4 * (1 / 23));
  const fourth = 1 / 9 + z4 * (1 / 17 + z4 * (1 / 25));
  return first + z * second + z2 * (third + z * fourth);
}

/** (e^r - 1 - r) / r^2 of |r| < 0.35, by its series: 1 / 2! + r / 3! + r^2 / 4! + ... */
function exponentialSeries(r: number): number {
  const last = 1 / 479_001_600 + r * (1 / 6_227_020_800 + r * (1 / 87_178_291_200 + r * (1 / 1_307_674_368_000)));
  const upper = 1 / 40_320 + r * (1 / 362_880 + r * (1 / 3_628_800 + r * (1 / 39_916_800 + r * last)));
  return 1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040 + r * upper)))));
}

const value64 = new Float64Array(1);
const halves = new Uint32Array(value64.buffer);
const UPPER = isLittleEndian ? 1 : 0;
const SIGNIFICAND_BITS = 20; // of the upper word
const BIAS = 1023;
/** Upper word of sqrt(2)'s significand: those above it count as below 1 in the next binade. */
const SQRT2_WORD = 0x6a09e;

/** What a logarithm is made of: x = 2^binades m, ln m = high + low, m from about sqrt(1/2) to sqrt(2). */
const found = { binades: 0, high: 0, low: 0 };

/** Fills `found` by ln m = 2 atanh((m - 1) / (m + 1)). @param x above 0, finite */
function takeApart(x: number): void {
  const isSmall = x < powerOfTwo(1 - BIAS);
  value64[0] = isSmall ? x * powerOfTwo(54) : x;
  const upper = halves[UPPER]!;
  const significand = upper & ((1 << SIGNIFICAND_BITS) - 1);
  const halved = significand > SQRT2_WORD ? 1 : 0;
  halves[UPPER] = significand | ((BIAS - halved) << SIGNIFICAND_BITS);
  found.binades = (upper >>> SIGNIFICAND_BITS) - BIAS + halved - (isSmall ? 54 : 0);
  const m = value64[0]!;
  const above = m - 1; // exact
  const sum = m + 1;
  const sumRest = m - (sum - 1);
  const inverse = 1 / sum;
  const s = above * inverse;
  const product = s * sum;
  const rest = (above - product - productRest(s, sum, product) - s * sumRest) * inverse;
  const z = s * s;
  found.high = 2 * s;
  found.low = 2 * (rest * (1 + z) + s * z * atanhSeries(z));
}

/** A logarithm of what is not above 0 or not finite. */
function limit(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  return x > 0 ? x : Number.NaN;
}

/** Base 2. */
export function log2(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return limit(x);
  takeApart(x);
  const { binades, high, low } = found;
  const product = high * PER_LN2;
  const sum = binades + product;
  const rest = productRest(high, PER_LN2, product) + high * PER_LN2_REST + low * PER_LN2;
  return sum + (product - (sum - binades) + rest);
}

/** Base e. */
export function logarithm(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return limit(x);
  takeApart(x);
  const { binades, high, low } = found;
  const product = binades * LN2;
  const sum = product + high;
  const rest = productRest(binades, LN2, product) + binades * LN2_REST + low;
  return sum + (high - (sum - product) + rest);
}

/** ln(1 + x) without the loss of small x in the sum (Kahan). */
export function logarithm1p(x: number): number {
  const sum = 1 + x;
  if (sum === 1 || !(sum > 0 && sum < Number.POSITIVE_INFINITY)) return sum === 1 ? x : limit(sum);
  return logarithm(sum) - (sum - 1 - x) / sum;
}

/** e^x: beyond these it is Infinity or 0. */
const [MOST_EXPONENT, LEAST_EXPONENT] = [710, -746];

/** e^x. */
export function exponential(x: number): number {
  if (!(x < MOST_EXPONENT)) return x > 0 ? Number.POSITIVE_INFINITY : x;
  if (x < LEAST_EXPONENT) return 0;
  const binades = Math.round(x * PER_LN2);
  const product = binades * LN2;
  const r = x - product; // exact, at most ln 2 / 2
  const rest = productRest(binades, LN2, product) + binades * LN2_REST;
  const sum = 1 + r;
  const tail = r - (sum - 1) + r * r * exponentialSeries(r);
  const value = sum + (tail - rest * (sum + tail));
  const first = Math.max(-LARGEST, Math.min(LARGEST, binades));
  return value * powerOfTwo(first) * powerOfTwo(binades - first);
}

/** e^x - 1 without the loss of small x in the difference (Kahan). */
export function exponentialM1(x: number): number {
  const power = exponential(x);
  if (power === 1) return x;
  const difference = power - 1;
  if (difference === -1 || power === Number.POSITIVE_INFINITY) return difference;
  return (difference * x) / logarithm(power);
}

/** base^exponent. @param base from 0 to 1 @param exponent whole, at least 0 */
export function wholePower(base: number, exponent: number): number {
  let [high, low] = [1, 0];
  let [square, squareRest] = [base, 0];
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) [high, low] = pairProduct(high, low, square, squareRest);
    [square, squareRest] = pairProduct(square, squareRest, square, squareRest);
  }
  return high;
}

/** (a + aRest) (b + bRest) as such a sum again. */
function pairProduct(a: number, aRest: number, b: number, bRest: number): [number, number] {
  const product = a * b;
  const rest = productRest(a, b, product) + a * bRest + aRest * b;
  const sum = product + rest;
  return [sum, rest - (sum - product)];
}
