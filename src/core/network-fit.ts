/** Whether a network from elsewhere is one of the data's. */
import type { DatasetFacts } from "./dataset.ts";
import { RunError } from "./errors.ts";
import { type Network, widthsOf } from "./network.ts";

/**
 * Refuses a network whose inputs or outputs are not those of the data, or that has no neurons to measure.
 * @param where the network's file, for the message
 * @param fix what to do, where the place has other words for it
 * @throws RunError with both numbers.
 */
export function requireFit(
  network: Network,
  { name, features, classes }: Pick<DatasetFacts, "name" | "features" | "classes">,
  where: string,
  fix?: string,
): void {
  const widths = widthsOf(network);
  const shown = widths.join("-");
  const refuse = (what: string, expected: string, found: string, remedy: string): never => {
    throw new RunError({ what, where, expected, found: `${found} (${shown})`, fix: fix ?? remedy });
  };
  if (widths.length < 3) {
    refuse("the network has no hidden layer", "one or more", "none", "give a network with hidden neurons");
  }
  if (widths[0] !== features) {
    const remedy = "give the data that the network was trained on, with no further columns";
    refuse("the network does not take the data's inputs", `${features}, as in ${name}`, `${widths[0]} inputs`, remedy);
  }
  if (widths.at(-1) !== classes) {
    const remedy = "give data with as many classes as the network has outputs";
    refuse("the network has not one output a class", `${classes}, as in ${name}`, `${widths.at(-1)} outputs`, remedy);
  }
}

/** What a network gives is not a number, or more than single precision holds, though its weights are. */
export function notFinite(what: string, where: string): RunError {
  return new RunError({
    what,
    where,
    expected: "logits that single precision can hold, for every validation and test sample",
    found: "a loss that is infinite or no number",
    fix: "check that the inputs are scaled as the network was trained on them (--normalize)",
  });
}
