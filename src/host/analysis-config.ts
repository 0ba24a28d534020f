/** What study.json records of an analysis, out of what was asked for: for the command and the library. */
import { architectureOf, type FiledNetwork } from "../analyze.ts";
import { type AskedSingles, recordedSingles } from "../core/ablation.ts";
import type { Activation } from "../core/activation.ts";
import type { AnalysisConfig, MeasuringConfig, ReadingConfig } from "../core/study.ts";
import { given } from "./given.ts";
import { levelConfig } from "./level-config.ts";

export interface AnalysisOptions
  extends Omit<MeasuringConfig, "repeats" | "hidden" | "activation" | "singles">,
    Pick<ReadingConfig, "alpha" | "weightsLayout" | "channels"> {
  readonly activation?: Activation;
  readonly singles?: AskedSingles;
}

/** The configuration, fields in a fixed order. @throws UsageError as `levelConfig` does. */
export function analysisConfig(networks: readonly FiledNetwork[], options: AnalysisOptions): AnalysisConfig {
  const { data, label, noHeader, drop, classes, split, normalize, standardize, seed, quantizeThreshold } = options;
  const { activation, alpha, weightsLayout, channels } = options;
  const { measures, shapleyDraws, shapleyError, greedyBlock, remeasure, pairs, groups } = options;
  const { scopes, modes, randomDraws, stride, sweep, singles, pairRemovals } = options;
  return {
    models: networks.map(({ file }) => file),
    data,
    ...given({ label, noHeader, drop, classes, split, normalize, standardize }),
    ...given({ assumedActivation: activation, alpha, weightsLayout, channels, quantizeThreshold }),
    seed,
    ...architectureOf(networks),
    ...levelConfig(options),
    measures,
    ...given({ shapleyDraws, shapleyError, greedyBlock, remeasure, pairs, groups }),
    scopes,
    modes,
    randomDraws,
    stride,
    sweep,
    ...given({ singles: recordedSingles(singles), pairRemovals }),
  };
}
