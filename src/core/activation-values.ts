/** The activation functions themselves, in float64: what readers of networks and the CPU references compute with. */
import { type ActivationLike, fullActivation } from "./activation.ts";
import { exponential, exponentialM1, logarithm1p } from "./elementary.ts";

/** erf(x), to a few ULP of float64: its series where that converges fast, then the continued fraction of erfc. */
export function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (size < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * exponential(-x * x) * sum;
  }
  return Math.sign(x) * (1 - complement(size));
}

/** erfc(x) of x >= 3. */
function complement(x: number): number {
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return exponential(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** Phi(z), the normal distribution's probability below z. */
export function normalProbability(z: number): number {
  const x = z / Math.SQRT2;
  return x < -3 ? complement(-x) / 2 : (1 + errorFunction(x)) / 2;
}

/** Phi'(z). */
export function normalDensity(z: number): number {
  return exponential(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** 1 / (1 + exp(-z)). */
export function logistic(z: number): number {
  return 1 / (1 + exponential(-z));
}

/** From here on the distance to 1 is below half a unit in the last place. */
const TANH_IS_ONE = 20;

function hyperbolicTangent(z: number): number {
  if (Math.abs(z) > TANH_IS_ONE) return Math.sign(z);
  const doubled = exponentialM1(2 * z);
  return doubled / (doubled + 2);
}

const tanhScale = 2 * Math.sqrt(2 / Math.PI);
/** Of GELU's approximation 0.5 z (1 + tanh(u)) = z logistic(2 u): 2 u, and its derivative. */
export const tanhArgument = (z: number): number => tanhScale * (z + 0.044715 * z * z * z);
export const tanhArgumentSlope = (z: number): number => tanhScale * (1 + 3 * 0.044715 * z * z);

/** act(z). */
export function activate(z: number, activation: ActivationLike): number {
  const full = fullActivation(activation);
  switch (full.kind) {
    case "sigmoid":
      return logistic(z);
    case "tanh":
      return hyperbolicTangent(z);
    case "relu":
      return Math.max(z, 0);
    case "leaky-relu":
      return z < 0 ? full.alpha * z : z;
    case "elu":
      return z < 0 ? full.alpha * exponentialM1(z) : z;
    case "softplus":
      return Math.max(z, 0) + logarithm1p(exponential(-Math.abs(z)));
    case "gelu":
      return z * normalProbability(z);
    case "gelu-tanh":
      return z * logistic(tanhArgument(z));
    case "identity":
      return z;
  }
}

/** The least values of both forms of GELU, at z = -0.751791525 and z = -0.752461422. */
const LEAST_OF_GELU = -0.1699712074799037;
const LEAST_OF_GELU_TANH = -0.1700407505712541;

/** The greatest lower bound of act, whether it is attained or not; undefined where there is none. */
export function infimumOf(activation: ActivationLike): number | undefined {
  const full = fullActivation(activation);
  switch (full.kind) {
    case "sigmoid":
    case "relu":
    case "softplus":
      return 0;
    case "tanh":
      return -1;
    case "leaky-relu":
      return full.alpha === 0 ? 0 : undefined;
    case "elu":
      return -full.alpha;
    case "gelu":
      return LEAST_OF_GELU;
    case "gelu-tanh":
      return LEAST_OF_GELU_TANH;
    case "identity":
      return undefined;
  }
}
