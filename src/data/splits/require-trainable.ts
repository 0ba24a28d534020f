/** Whether a data set has what training needs: samples for it, of every class. */

import { classCounts } from "../../core/class-counts.ts";
import type { AnyDataset } from "../../core/dataset.ts";
import { UsageError } from "../../core/errors.ts";
import { namesOf } from "../inputs/class-order.ts";

/**
 * @param by what trains: `run`, `--finetune`
 * @throws UsageError where there are no training samples, or none of a class that was named.
 */
export function requireTrainable(
  dataset: Pick<AnyDataset, "name" | "train" | "classes" | "classNames">,
  by: string,
): void {
  const { name, train, classes } = dataset;
  if (train.count === 0) {
    throw new UsageError({
      what: `${by} trains, and there are no training samples`,
      where: name,
      expected: "a share for training above 0",
      found: "--split 0,...",
      fix: "give training a share: --split 70,15,15; networks that were trained elsewhere need none: analyze",
    });
  }
  const label = classCounts(train.labels, classes).indexOf(0);
  if (label === -1) return;
  throw new UsageError({
    what: `${by} trains, and a class has no training samples`,
    where: name,
    expected: "samples of each class that --classes names",
    found: `none of ${namesOf(dataset)[label]}`,
    fix: "take the class out of --classes, or add samples of it",
  });
}
