/** Which measures are asked for: names, or a word that stands for several. */
import type { Check } from "../core/option-checks.ts";
import type { Measure } from "./measure.ts";
import { paperMeasureNames } from "./paper-measures.ts";
import { measureNamed, measures } from "./registry.ts";

const measureNames = (): string[] => measures.map(({ name }) => name);

/** What the words stand for; asked when needed, as the registry may grow. */
const groups: Readonly<Record<string, () => readonly string[]>> = {
  paper: () => paperMeasureNames,
  all: measureNames,
};

/** Names of measures, or `paper` or `all`; each measure once, in the order of the registry. */
export const measuresCheck: Check<readonly string[]> = {
  get allowed() {
    return `${measureNames().join(", ")} (one or more), ${Object.keys(groups).join(" or ")}`;
  },
  get names() {
    return [...measureNames(), ...Object.keys(groups)];
  },
  take(value) {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    const asked = value.flatMap((each) => (Object.hasOwn(groups, each) ? groups[each]!() : [each]));
    const known = measureNames();
    return asked.every((each) => known.includes(each)) ? known.filter((name) => asked.includes(name)) : undefined;
  },
};

/** @param names as `measuresCheck` gives them */
export function measuresNamed(names: readonly string[]): Measure[] {
  return names.map((name) => measureNamed(name)!);
}
