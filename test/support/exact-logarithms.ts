/** Logarithms and exponentials to some 240 bits, in whole numbers: what src/core/elementary.ts is measured against. */

const BITS = 256n;
const ONE = 1n << BITS;

/** The float64, times 2^256, exactly where it is a multiple of that. */
export function fixed(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(x));
  const bits = view.getBigUint64(0);
  const biased = bits >> 52n;
  const fraction = bits & ((1n << 52n) - 1n);
  const significand = biased === 0n ? fraction : fraction | (1n << 52n);
  const shift = (biased === 0n ? 1n : biased) - 1075n + BITS;
  const size = shift >= 0n ? significand << shift : significand >> -shift;
  return x < 0 ? -size : size;
}

/** atanh(s), by its series. */
function inverseTangent(s: bigint): bigint {
  const square = (s * s) >> BITS;
  let [sum, power] = [0n, s];
  for (let odd = 1n; power !== 0n && power !== -1n; odd += 2n) {
    sum += power / odd;
    power = (power * square) >> BITS;
  }
  return sum;
}

const ln2 = 2n * inverseTangent(ONE / 3n);

/** ln x, of x above 0. */
export function exactLogarithm(x: bigint): bigint {
  let binades = 0n;
  let m = x;
  for (; m >= 2n * ONE; m >>= 1n) binades++;
  for (; m < ONE; m <<= 1n) binades--;
  return binades * ln2 + 2n * inverseTangent(((m - ONE) << BITS) / (m + ONE));
}

export function exactLog2(x: bigint): bigint {
  return (exactLogarithm(x) << BITS) / ln2;
}

/** e^x, by its series after sixteen halvings. */
export function exactExponential(x: bigint): bigint {
  const r = x >> 16n;
  let [sum, term] = [0n, ONE];
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = ((term * r) >> BITS) / n;
  }
  for (let doubling = 0; doubling < 16; doubling++) sum = (sum * sum) >> BITS;
  return sum;
}

export const exactOne = ONE;

/** Distance of a float64 from the exact value, in units of the float64's last place. */
export function unitsApart(got: number, exact: bigint): number {
  const size = Math.abs(got);
  const exponent = Math.floor(Math.log2(size));
  const unit = fixed(2 ** (Math.max(exponent, -1022) - 52));
  const difference = fixed(got) - exact;
  return Number(((difference < 0n ? -difference : difference) * 1_000_000n) / unit) / 1e6;
}
