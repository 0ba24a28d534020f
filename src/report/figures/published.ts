/**
 * Published values to hold a study's against: Amjad, Liu and Geiger, arXiv:1804.06679, digitised by hand from figures of a
 * talk about it. One set of networks on MNIST, 784-100-100-10, sigmoid; 50,000 training samples.
 */

import type { AblationMode, Direction } from "../../core/ablation.ts";
import { layerScope, type ScopeText } from "../../core/scope.ts";
import type { StudySummary } from "../files/study-file.ts";

/** How far off the digitising may be. */
export const publishedError = { accuracy: 0.004, bits: 0.005 } as const;
/** Training samples of the paper's networks. */
const PUBLISHED_TRAIN = 50_000;

/** Accuracy after some removals. */
export interface PublishedPoint {
  /** Figure of the report that shows it. */
  readonly figure: 1 | 3 | 4;
  readonly scope: ScopeText;
  /** Measure id, or `random`. */
  readonly measure: string;
  readonly direction: Direction;
  readonly mode: AblationMode;
  readonly removed: number;
  readonly accuracy: number;
}

/** The distribution of a measure over the neurons of a layer, bits. */
export interface PublishedDistribution {
  readonly measure: string;
  readonly layer: number;
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
}

type CurveKey = Omit<PublishedPoint, "removed" | "accuracy">;

function points(key: CurveKey, removed: readonly number[], accuracies: readonly number[]): PublishedPoint[] {
  return removed.map((count, index) => ({ ...key, removed: count, accuracy: accuracies[index]! }));
}

function zeroAndMean(measure: string, direction: Direction, mode: AblationMode, accuracies: readonly number[]) {
  return points({ figure: 1, scope: "layer1", measure, direction, mode }, [30, 50, 70], accuracies);
}

function wholeNetwork(measure: string, direction: Direction, accuracies: readonly number[]): PublishedPoint[] {
  return points({ figure: 3, scope: "network", measure, direction, mode: "mean" }, [50, 70, 78], accuracies);
}

function layerWise(
  layer: 1 | 2,
  measure: string,
  direction: Direction,
  accuracies: readonly number[],
): PublishedPoint[] {
  return points({ figure: 4, scope: layerScope(layer), measure, direction, mode: "mean" }, [25, 50, 75], accuracies);
}

export const publishedPoints: readonly PublishedPoint[] = [
  ...zeroAndMean("mutual_information", "low", "mean", [0.95, 0.889, 0.75]),
  ...zeroAndMean("random", "none", "mean", [0.945, 0.855, 0.656]),
  ...zeroAndMean("mutual_information", "low", "zero", [0.894, 0.777, 0.595]),
  ...zeroAndMean("random", "none", "zero", [0.846, 0.685, 0.499]),
  ...wholeNetwork("random", "none", [0.945, 0.907, 0.878]),
  ...wholeNetwork("kl_selectivity", "low", [0.901, 0.824, 0.796]),
  ...wholeNetwork("mutual_information", "low", [0.886, 0.752, 0.643]),
  ...wholeNetwork("entropy", "low", [0.86, 0.749, 0.704]),
  ...layerWise(1, "kl_selectivity", "low", [0.957, 0.894, 0.645]),
  ...layerWise(1, "mutual_information", "low", [0.955, 0.886, 0.68]),
  ...layerWise(1, "random", "none", [0.95, 0.853, 0.579]),
  ...layerWise(1, "entropy", "low", [0.939, 0.827, 0.573]),
  ...layerWise(1, "kl_selectivity", "high", [0.911, 0.758, 0.46]),
  ...layerWise(1, "mutual_information", "high", [0.934, 0.738, 0.422]),
  ...layerWise(1, "entropy", "high", [0.956, 0.836, 0.563]),
  ...layerWise(2, "kl_selectivity", "low", [0.975, 0.97, 0.924]),
  ...layerWise(2, "mutual_information", "low", [0.975, 0.968, 0.893]),
  ...layerWise(2, "random", "none", [0.975, 0.966, 0.865]),
  ...layerWise(2, "entropy", "low", [0.975, 0.965, 0.855]),
  ...layerWise(2, "kl_selectivity", "high", [0.97, 0.955, 0.807]),
  ...layerWise(2, "mutual_information", "high", [0.972, 0.945, 0.766]),
  ...layerWise(2, "entropy", "high", [0.974, 0.968, 0.893]),
];

export const publishedDistributions: readonly PublishedDistribution[] = [
  { measure: "entropy", layer: 1, minimum: 0.315, mean: 0.81, maximum: 1 },
  { measure: "mutual_information", layer: 1, minimum: 0.034, mean: 0.274, maximum: 0.5 },
  { measure: "kl_selectivity", layer: 1, minimum: 0.087, mean: 0.84, maximum: 1.98 },
  { measure: "entropy", layer: 2, minimum: 0.625, mean: 0.93, maximum: 1 },
  { measure: "mutual_information", layer: 2, minimum: 0.357, mean: 0.586, maximum: 0.769 },
  { measure: "kl_selectivity", layer: 2, minimum: 0.746, mean: 1.19, maximum: 2.62 },
];

/** Fingerprints (src/data/splits/fingerprint.ts) of MNIST as the paper splits it, and of the 10,000 digits that come with the program. */
const mnistFingerprints: readonly string[] = [
  "d1996dd31a1c6b2deefbbcf148e9894b5d1679e721a57f4f81b5cf48db05757b",
  "9cc83de9b3d5ff95804462f4951a42a364ecdc7c4f75d03420954232c934a04e",
];

/** Whether a study is the paper's: MNIST (all of it, or a tenth), sigmoid, two hidden layers of 100. */
export function appliesTo(study: StudySummary | undefined): study is StudySummary {
  if (study === undefined) return false;
  const { config, dataset } = study;
  return (
    mnistFingerprints.includes(dataset.sha256) && config.activation === "sigmoid" && config.hidden.join() === "100,100"
  );
}

/** What the marks are, and what keeps the study from being the paper's; empty where the paper says nothing of it. */
export function publishedCaption(study: StudySummary | undefined): string {
  if (!appliesTo(study)) return "";
  const marks = `Diamonds: published values (Amjad, Liu and Geiger, arXiv:1804.06679; digitised, error ${publishedError.accuracy} in accuracy, ${publishedError.bits} bit).`;
  const { train } = study.dataset;
  if (train === PUBLISHED_TRAIN) return marks;
  return `${marks} Their networks were trained on ${PUBLISHED_TRAIN.toLocaleString("en")} samples, these on ${train.toLocaleString("en")}.`;
}

/** The paper's values for a figure of curves, as far as they apply to the study. */
export function publishedPointsFor(
  figure: PublishedPoint["figure"],
  study: StudySummary | undefined,
): readonly PublishedPoint[] {
  return appliesTo(study) ? publishedPoints.filter((point) => point.figure === figure) : [];
}
