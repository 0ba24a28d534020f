/**
 * Shared exclusions (Makkeh, Gutknecht and Wibral, "Introducing a differentiable measure of pointwise shared information",
 * Physical Review E 103, 2021, equation 10): redundancy is the mean over samples of log2 P(T_i = t_i or T_j = t_j | y) /
 * P(T_i = t_i or T_j = t_j), t_i and t_j the bits of the sample. Means of signed terms: parts may be negative.
 */
import { log2 } from "../core/elementary.ts";
import { totalsOf } from "../measures/neuron-levels.ts";
import { type Decomposition, partsOf } from "./decomposition.ts";
import { jointLevels, type Pair } from "./pair.ts";

function sharedExclusions({ first, second, both }: Pair): number {
  const joint = jointLevels(first, second, both);
  const { samples, samplesPerClass, levels, countsPerLevel } = joint;
  const classes = samplesPerClass.length;
  const totals = totalsOf(joint);
  let bits = 0;
  for (let level = 0; level < levels; level++) {
    // Neither bit is that of the sample where both are turned over: the level from the other end.
    const opposite = levels - 1 - level;
    for (let label = 0; label < classes; label++) {
      const count = countsPerLevel[level * classes + label]!;
      if (count === 0) continue;
      const size = samplesPerClass[label]!;
      const given = (size - countsPerLevel[opposite * classes + label]!) * samples;
      bits += (count / samples) * log2(given / (size * (samples - totals[opposite]!)));
    }
  }
  return bits;
}

export const sx: Decomposition = {
  id: "sx",
  title: "Shared exclusions",
  meaning: "of each sample, what it says of the class that one of the two bits is as it is, whichever",
  neverNegative: false,
  parts: (pair) => partsOf(pair, sharedExclusions(pair)),
};
