/** A visitor's settings to the configuration of a study, refused where a number is out of range. */

import { activations } from "../../src/core/activation.ts";
import { UsageError } from "../../src/core/errors.ts";
import { binRules, quantizationOf } from "../../src/core/quantization.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { decimalRanges, type Range, studyDefaults, wholeRanges } from "../../src/core/study-defaults.ts";
import { paperMeasureNames } from "../../src/measures/paper-measures.ts";
import { noisyPercent } from "./noisy-percent.ts";
import type { LabSettings } from "./protocol.ts";

function refuse(where: string, expected: string, found: unknown): never {
  throw new UsageError({ what: "this setting is out of range", where, expected, found: String(found) });
}

function requireWhole(where: string, value: number, { least, most }: Range): void {
  if (!Number.isInteger(value) || value < least || value > most)
    refuse(where, `a whole number, ${least} to ${most}`, value);
}

function requireDecimal(where: string, value: number, { zero, most }: { zero: boolean; most: number }): void {
  const inside = (zero ? value >= 0 : value > 0) && value <= most;
  if (!inside) refuse(where, `a number, ${zero ? "0 or more" : "above 0"}, at most ${most}`, value);
}

/**
 * The study that the lab makes with these settings: what `gpu-importance run` does with the same options.
 * @throws UsageError that names the setting.
 */
export function configOf(settings: LabSettings, data: string): StudyConfig {
  const { hidden, activation, epochs, repeats, seed, batchSize, learningRate, l2, noisyLabels, bits, bins, singles } =
    settings;
  if (hidden.length === 0) refuse("hidden", "one or more widths", "none");
  for (const width of hidden) requireWhole("hidden", width, wholeRanges.width);
  if (!activations.includes(activation)) refuse("activation", activations.join(", "), activation);
  requireWhole("epochs", epochs, wholeRanges.epochs);
  requireWhole("repeats", repeats, wholeRanges.repeats);
  requireWhole("seed", seed, wholeRanges.seed);
  requireWhole("batch size", batchSize, wholeRanges.batchSize);
  requireDecimal("learning rate", learningRate, decimalRanges.learningRate);
  requireDecimal("L2", l2, decimalRanges.l2);
  requireWhole("noisy labels", noisyLabels, noisyPercent);
  requireWhole("bits", bits, wholeRanges.bits);
  if (!binRules.includes(bins)) refuse("bins", binRules.join(", "), bins);
  if (typeof singles === "number") requireWhole("singles", singles, wholeRanges.singles);
  const { scopes, modes, randomDraws, stride, sweep } = studyDefaults;
  return {
    data,
    repeats,
    seed,
    hidden,
    activation,
    epochs,
    batchSize,
    learningRate,
    l2,
    ...(noisyLabels > 0 && { noisyLabels: noisyLabels / 100 }),
    ...quantizationOf({ bits, bins }),
    ...(singles !== "all" && { singles }),
    measures: paperMeasureNames,
    scopes,
    modes,
    randomDraws,
    stride,
    sweep,
  };
}
