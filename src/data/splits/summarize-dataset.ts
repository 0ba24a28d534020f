/** What study.json says of a data set. */

import { classCounts } from "../../core/class-counts.ts";
import { type AnyDataset, inputTypeOf } from "../../core/dataset.ts";
import type { DatasetSummary } from "../../core/study.ts";

export function summarizeDataset(dataset: AnyDataset): DatasetSummary {
  const { name, train, validation, test, features, sampleShape, classes, classNames, shares, sha256, treatment } =
    dataset;
  const counts = { train: train.count, validation: validation.count, test: test.count };
  const perClass = {
    validationPerClass: [...classCounts(validation.labels, classes)],
    testPerClass: [...classCounts(test.labels, classes)],
  };
  const told = { ...(shares === undefined ? {} : { shares }), ...(classNames === undefined ? {} : { classNames }) };
  const inputs = { inputType: inputTypeOf(train), ...(treatment && { treatment: treatment.origin }) };
  return { name, ...counts, features, sampleShape, ...inputs, classes, ...told, ...perClass, sha256 };
}
