/** How finely outputs are measured, as study.json holds it. */
import { UsageError } from "../core/errors.ts";
import { defaultBins, defaultBits } from "../core/quantization.ts";
import type { MeasuringConfig } from "../core/study.ts";

/**
 * `bits` and `bins` as the configuration holds them.
 * @throws UsageError where bins are asked for and one bit has none, or a threshold where more bits have none
 */
export function levelConfig(
  { bits = defaultBits, bins, quantizeThreshold }: Pick<MeasuringConfig, "bits" | "bins" | "quantizeThreshold">,
  where = "command line",
): Pick<MeasuringConfig, "bits" | "bins"> {
  if (bits > 1 && quantizeThreshold !== undefined) {
    throw new UsageError({
      what: "--quantize-threshold is for one bit",
      where,
      expected: "one bit, which is 1 above the threshold",
      found: `--bits ${bits}`,
      fix: "leave one of them out: the levels of more than one bit part as --bins says",
    });
  }
  if (bits > 1) return { bits, bins: bins ?? defaultBins };
  if (bins === undefined) return {};
  throw new UsageError({
    what: "--bins is for more than one bit",
    where,
    expected: "--bits 2 or more beside it",
    found: `--bins ${bins}, one bit`,
    fix: "leave --bins out: one bit is whether an output exceeds its activation's threshold; or add --bits 2",
  });
}
