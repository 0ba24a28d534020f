/**
 * Orders by a measure that is computed anew, again and again, on the network that removals leave (iterative pruning: Molchanov et al.,
 * ICLR 2017, for one): how they are called, which a study has, and the order of an id. How they are found stands in
 * ablation/sequences/ranked-anew.ts.
 */
import { type AblationMode, type ReplacementMode, replacementModes } from "../core/ablation.ts";
import { UsageError } from "../core/errors.ts";
import { type Sequence, sequenceScopes, sequenceWithId } from "../core/sequences.ts";
import type { MeasuringConfig } from "../core/study.ts";
import type { Measure } from "./measure.ts";
import { measuresNamed } from "./measure-choice.ts";
import { measures } from "./registry.ts";

/** An order by a measure, with what stands for the neurons that are gone when it is computed anew. */
export interface Remeasured extends Pick<Sequence, "id" | "title" | "meaning"> {
  readonly kind: "remeasured";
  readonly mode: ReplacementMode;
  readonly measure: Measure;
}

/** In files, in the column `measure`: `taylor_remeasured_zero`. */
function remeasured(measure: Measure, mode: ReplacementMode): Remeasured {
  const become = mode === "zero" ? "0" : "their means";
  return {
    kind: "remeasured",
    id: `${measure.id}_remeasured_${mode}`,
    title: `${measure.title}, remeasured (${mode})`,
    meaning: `removes the neurons with the lowest ${measure.title}, a few at a time, and ranks those that are left anew, in the network without the others; neurons become ${become}`,
    mode,
    measure,
  };
}

/**
 * Of the modes those in which what is left is a network without them. A measure that itself removes neurons goes with those that are
 * gone as it does: it is not mixed with the other mode.
 */
const modesOf = ({ mode }: Measure, modes: readonly AblationMode[]) =>
  replacementModes.filter((one) => modes.includes(one) && (mode === undefined || mode === one));

type Asked = Pick<MeasuringConfig, "measures" | "modes" | "remeasure">;

/** Those of a study: by every measure of it, in every mode of its curves; none where it does not remeasure. */
export function remeasuredAsked({ measures: names, modes, remeasure }: Asked): Remeasured[] {
  if (remeasure === undefined) return [];
  return measuresNamed(names).flatMap((measure) => modesOf(measure, modes).map((mode) => remeasured(measure, mode)));
}

/** The sequence or remeasured order of an id in file form; undefined where it is of a measure, or not known. */
export function searchedWithId(id: string): Sequence | Remeasured | undefined {
  return sequenceWithId(id) ?? remeasuredWithId(id);
}

function remeasuredWithId(id: string): Remeasured | undefined {
  const mode = replacementModes.find((one) => id.endsWith(`_remeasured_${one}`));
  if (mode === undefined) return undefined;
  const own = id.slice(0, -`_remeasured_${mode}`.length);
  const measure = measures.find((one) => one.id === own && modesOf(one, [mode]).length > 0);
  return measure && remeasured(measure, mode);
}

/**
 * `remeasure` as the configuration holds it.
 * @throws UsageError where it is given and no order comes of it: no measure, none in these modes, or scopes without such orders
 */
export function remeasureConfig(
  { measures: names, modes, remeasure, scopes }: Asked & Pick<MeasuringConfig, "scopes">,
  where = "command line",
): Pick<MeasuringConfig, "remeasure"> {
  if (remeasure === undefined) return {};
  const refuse = (expected: string, found: string, fix: string): never => {
    throw new UsageError({ what: "there is nothing to remeasure", where, expected, found, fix });
  };
  if (measuresNamed(names).length === 0) {
    const expected = "a measure: a sequence looks at what is left at every step as it is";
    refuse(expected, `measures ${names.join(", ")}`, "omit --remeasure, or measure something else beside them");
  }
  if (remeasuredAsked({ measures: names, modes, remeasure }).length === 0) {
    const found = `measures ${names.join(", ")}, modes ${modes.join(", ")}`;
    refuse("a measure that removes neurons as one of --modes does", found, "ask for the mode that the measure is of");
  }
  if (!scopes.some((scope) => sequenceScopes.includes(scope))) {
    const expected = `${sequenceScopes.join(" or ")} among the scopes`;
    refuse(expected, `scopes ${scopes.join(", ")}`, `omit --remeasure, or add ${sequenceScopes[0]} to --scopes`);
  }
  return { remeasure };
}
