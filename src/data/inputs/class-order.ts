/**
 * Which output of a network stands for which class. Where nothing is said, classes are numbered as the data number or sort
 * them; `--classes` says another order, and may name classes of which there are no samples. Labels are changed when samples
 * have been divided, so that the parts are the same in every order.
 */
import { type AnyDataset, splitNames } from "../../core/dataset.ts";
import { UsageError } from "../../core/errors.ts";
import { nearestNames } from "../../core/nearest-name.ts";
import { shownNames } from "../shown-names.ts";

export interface ClassOrder {
  /** Names of all classes in the order of the network's outputs, also of those without samples. */
  readonly classes?: readonly string[];
  /** Outputs of the network that is analysed: there may be more of them than classes in the data. */
  readonly outputs?: number;
}

type Labelled = Pick<AnyDataset, "classes" | "classNames" | "train" | "validation" | "test">;

/** Names of all classes, in order. */
export function namesOf({ classes, classNames }: Pick<AnyDataset, "classes" | "classNames">): readonly string[] {
  return classNames ?? Array.from({ length: classes }, (_, label) => String(label));
}

/**
 * The same samples with labels as asked for.
 * @param where the data, for messages
 * @param numbers [classes]: the number that stands for each class in the data; by default its name, where all are numbers
 * @param note told of outputs that stand for no class of the data
 * @throws UsageError where classes are named that do not fit the data or the outputs, or have to be named, since it is not clear
 * which output is which class.
 */
export function inClassOrder<T extends Labelled>(
  data: T,
  { classes, outputs }: ClassOrder,
  where: string,
  note: (line: string) => void,
  numbers?: readonly number[],
): T {
  if (classes !== undefined) return named(data, classes, outputs, where, note);
  if (outputs === undefined || outputs <= data.classes) return data;
  const names = namesOf(data);
  const places = numbers ?? names.map(Number);
  if (!places.every((place) => Number.isInteger(place) && place >= 0 && place < outputs)) {
    throw new UsageError({
      what: "it is not clear which of the network's outputs stands for which class",
      where,
      expected: `${outputs} classes, one for each output`,
      found: `${names.length}: ${shownNames(names)}`,
      fix: "name the class of each output, in order, also of those without samples: --classes a,b,c",
    });
  }
  const said = new Map(places.map((place, label) => [place, names[label]!]));
  const idle = Array.from({ length: outputs }, (_, output) => output).filter((output) => !said.has(output));
  note(
    `${outputs} outputs, ${names.length} classes: class ${names[0]} is output ${places[0]} (from 0); no samples are of ${idle.length === 1 ? "output" : "outputs"} ${idle.join(", ")}`,
  );
  return relabelled(
    data,
    places,
    Array.from({ length: outputs }, (_, output) => said.get(output) ?? String(output)),
  );
}

function named<T extends Labelled>(
  data: T,
  classes: readonly string[],
  outputs: number | undefined,
  where: string,
  note: (line: string) => void,
): T {
  const names = namesOf(data);
  const wanted = classes.map((name) => name.trim());
  const wrong = (what: string, expected: string, found: string, fix: string) =>
    new UsageError({ what, where, expected, found, fix });
  const twice = wanted.find((name, index) => wanted.indexOf(name) !== index);
  if (twice !== undefined) {
    throw wrong("--classes names a class twice", "each class once", twice, "take one of them out");
  }
  const missing = names.filter((name) => !wanted.includes(name));
  if (missing.length > 0) {
    const near = nearestNames(
      missing[0]!,
      wanted.filter((name) => !names.includes(name)),
    );
    const guess = near.length > 0 ? `; is ${near[0]} another way to write ${missing[0]}?` : "";
    const fix = `name all classes of the data, spelled alike${guess}`;
    throw wrong("--classes lacks classes of the data", names.join(","), `none of ${shownNames(missing)}`, fix);
  }
  if (outputs !== undefined && outputs !== wanted.length) {
    const found = `${wanted.length} classes`;
    const fix = "name the class of each output, also of those without samples";
    throw wrong("--classes does not fit the network's outputs", `${outputs}, one for each output`, found, fix);
  }
  const idle = wanted.filter((name) => !names.includes(name));
  if (idle.length > 0) note(`no samples are of ${shownNames(idle)}`);
  return relabelled(
    data,
    names.map((name) => wanted.indexOf(name)),
    wanted,
  );
}

/** @param places [classes]: the new label of each */
function relabelled<T extends Labelled>(data: T, places: readonly number[], names: readonly string[]): T {
  const parts = splitNames.map((name) => {
    const labels = data[name].labels.map((label) => places[label]!);
    return [name, { ...data[name], labels }] as const;
  });
  const { classNames: _, ...rest } = data;
  // Names that are the numbers say nothing.
  const tellsMore = names.some((name, number) => name !== String(number));
  const told = { ...rest, ...Object.fromEntries(parts), classes: names.length };
  return (tellsMore ? { ...told, classNames: names } : told) as T;
}
