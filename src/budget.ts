/** How finely a comparison of measures can be done in the time there is. */
import { smallest } from "./core/long-arrays.ts";
import { isGreedy } from "./core/sequences.ts";
import type { MeasuringConfig } from "./core/study.ts";
import type { PartEstimate } from "./estimate-trial.ts";
import { sequencesNamed } from "./measures/measure-choice.ts";

type Fineness = Required<Pick<MeasuringConfig, "stride" | "randomDraws" | "shapleyDraws" | "greedyBlock">>;

/** From the finest: what is lost at each step costs little of what ranks measures. */
const finenesses: readonly Fineness[] = [
  { stride: 1, randomDraws: 10, shapleyDraws: 100, greedyBlock: 1 },
  { stride: 1, randomDraws: 5, shapleyDraws: 60, greedyBlock: 2 },
  { stride: 2, randomDraws: 5, shapleyDraws: 40, greedyBlock: 5 },
  { stride: 5, randomDraws: 3, shapleyDraws: 20, greedyBlock: 10 },
  { stride: 10, randomDraws: 2, shapleyDraws: 10, greedyBlock: 20 },
];
/** Evaluations that the curve of the narrowest layer keeps between its ends. */
const FEWEST_STEPS = 4;

export interface Budgeted<C> {
  readonly config: C;
  readonly estimates: readonly PartEstimate[];
  /** False where even the coarsest is estimated to take longer. */
  readonly fits: boolean;
}

const sumOf = (estimates: readonly PartEstimate[]) => estimates.reduce((sum, one) => sum + one.milliseconds, 0);

function at<C extends MeasuringConfig>(config: C, { stride, randomDraws, shapleyDraws, greedyBlock }: Fineness): C {
  const coarsest = Math.max(1, Math.floor(smallest(config.hidden) / FEWEST_STEPS));
  const sampled = config.shapleyDraws === undefined ? {} : { shapleyDraws };
  const searched = sequencesNamed(config.measures).some(isGreedy);
  const block = Math.min(greedyBlock, coarsest);
  return {
    ...config,
    stride: Math.min(stride, coarsest),
    randomDraws,
    ...sampled,
    ...(searched && block > 1 && { greedyBlock: block }),
  };
}

/** The configuration at every fineness, the finest first. */
export function finenessesOf<C extends MeasuringConfig>(config: C): C[] {
  return finenesses.map((fineness) => at(config, fineness));
}

/** The finest configuration that is estimated to fit. @param estimate what a configuration takes on the device */
export async function withinMinutes<C extends MeasuringConfig>(
  config: C,
  minutes: number,
  estimate: (config: C) => Promise<readonly PartEstimate[]>,
): Promise<Budgeted<C>> {
  let tried: Budgeted<C> | undefined;
  for (const own of finenessesOf(config)) {
    const estimates = await estimate(own);
    tried = { config: own, estimates, fits: sumOf(estimates) <= 60_000 * minutes };
    if (tried.fits) break;
  }
  return tried!;
}
