/** Means over networks, with what is known of their precision. */
import { mean, sampleStandardDeviation } from "simple-statistics";
import type { Estimate } from "../analysis/analysis.ts";
import { meanInterval } from "./bootstrap.ts";

/** Mean, standard deviation and interval of one value per network; the latter two only from two networks on. */
export function estimateMean(values: ArrayLike<number>): Estimate {
  const list = Array.from(values);
  const base = { mean: mean(list), repeats: list.length };
  if (list.length < 2) return base;
  return { ...base, sd: sampleStandardDeviation(list), interval: meanInterval(list) };
}
