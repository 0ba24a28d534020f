/** How Shapley values are sampled, as study.json holds it. */
import { UsageError } from "../core/errors.ts";
import type { MeasuringConfig } from "../core/study.ts";
import { defaultShapleyDraws } from "../core/study-defaults.ts";
import { shapleyMeasures } from "./shapley.ts";

type Asked = Pick<MeasuringConfig, "measures" | "shapleyDraws" | "shapleyError">;

/**
 * `shapleyDraws` and `shapleyError` as the configuration holds them: absent where no Shapley value is measured.
 * @throws UsageError where one is given though none is
 */
export function shapleyConfig(
  { measures, shapleyDraws, shapleyError }: Asked,
  where = "command line",
): Omit<Asked, "measures"> {
  const sampled = shapleyMeasures.map(({ name }) => name);
  if (measures.some((name) => sampled.includes(name))) {
    return { shapleyDraws: shapleyDraws ?? defaultShapleyDraws, ...(shapleyError !== undefined && { shapleyError }) };
  }
  if (shapleyDraws === undefined && shapleyError === undefined) return {};
  const option = shapleyDraws === undefined ? "--shapley-error" : "--shapley-draws";
  throw new UsageError({
    what: `${option} is for Shapley values`,
    where,
    expected: `one of ${sampled.join(", ")} among the measures`,
    found: `${option} ${shapleyDraws ?? shapleyError}, measures ${measures.join(", ")}`,
    fix: `leave ${option} out, or measure one of them`,
  });
}
