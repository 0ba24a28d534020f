/** Which measures are asked for, and which sequences beside them: names, or a word that stands for several. */
import type { LayerActivation } from "../core/activation.ts";
import { UsageError } from "../core/errors.ts";
import type { Check } from "../core/option-checks.ts";
import type { PairScope } from "../core/pairs.ts";
import { isOfPairs, type Sequence, sequences } from "../core/sequences.ts";
import type { Measure } from "./measure.ts";
import { paperMeasureNames } from "./paper-measures.ts";
import { measureNamed, measures } from "./registry.ts";

/** Measures, then sequences. */
const allNames = (): string[] => [...measures, ...sequences].map(({ name }) => name);

/** All that needs no pairs of neurons: those that do come with `pairs`, or by their names. */
const allButPairs = (): string[] =>
  [...measures, ...sequences.filter((one) => !isOfPairs(one))].map(({ name }) => name);
const pairNames = (): string[] => sequences.filter(isOfPairs).map(({ name }) => name);

/** What the words stand for; asked when needed, as the registry may grow. */
const groups: Readonly<Record<string, () => readonly string[]>> = {
  paper: () => paperMeasureNames,
  all: allButPairs,
};

/** Names of measures and sequences, or `paper` or `all`; each once, in the order of the registries. */
export const measuresCheck: Check<readonly string[]> = {
  get allowed() {
    return `${allNames().join(", ")} (one or more), ${Object.keys(groups).join(" or ")}`;
  },
  get names() {
    return [...allNames(), ...Object.keys(groups)];
  },
  take(value) {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    const asked = value.flatMap((each) => (Object.hasOwn(groups, each) ? groups[each]!() : [each]));
    const known = allNames();
    return asked.every((each) => known.includes(each)) ? known.filter((name) => asked.includes(name)) : undefined;
  },
};

/** The measures among them. @param names as `measuresCheck` gives them */
export function measuresNamed(names: readonly string[]): Measure[] {
  return names.flatMap((name) => measureNamed(name) ?? []);
}

/** The sequences among them. @param names as `measuresCheck` gives them */
export function sequencesNamed(names: readonly string[]): Sequence[] {
  return sequences.filter(({ name }) => names.includes(name));
}

/** Whether these are all that there are, pairs aside: then measures that networks do not allow are left out. */
export function asksForAll(names: readonly string[]): boolean {
  return allButPairs().every((name) => names.includes(name));
}

/** Measures that networks allow, and what the others are left out for. */
interface AllowedMeasures {
  readonly names: readonly string[];
  /** A line for each that is left out. */
  readonly notes: readonly string[];
}

/** Why none of these layers, or some, has values of the measure; undefined where all have. */
function refusalOf({ refuses }: Measure, hidden: readonly LayerActivation[]): string | undefined {
  return hidden.map((activation) => refuses?.(activation)).find((reason) => reason !== undefined);
}

/**
 * Whoever asks for every measure there is gets those that the networks allow; what is asked for by name is refused otherwise.
 * @param asked as `measuresCheck` gives them
 * @param hidden activations of the hidden layers of all networks
 * @param pairs which are counted, where any are: then orders by pairs belong to all that there is
 * @throws UsageError that names a measure which the networks do not allow
 */
export function allowedMeasures(
  asked: readonly string[],
  hidden: readonly LayerActivation[],
  pairs?: PairScope,
): AllowedMeasures {
  const names = asksForAll(asked) && pairs !== undefined ? [...new Set([...asked, ...pairNames()])] : asked;
  const refused = measuresNamed(names).flatMap((measure) => {
    const reason = refusalOf(measure, hidden);
    return reason === undefined ? [] : [{ name: measure.name, reason }];
  });
  const [first] = refused;
  if (first === undefined) return { names, notes: [] };
  if (!asksForAll(names)) {
    throw new UsageError({
      what: `${first.name} is not defined for this network`,
      where: "measures",
      expected: "a measure that its activation allows",
      found: first.reason,
      fix: `leave ${first.name} out, or ask for all measures, which leaves it out and says so`,
    });
  }
  return {
    names: names.filter((name) => refused.every((one) => one.name !== name)),
    notes: refused.map(({ name, reason }) => `${name} is left out: ${reason}`),
  };
}
