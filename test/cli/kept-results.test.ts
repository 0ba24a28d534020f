/** What is said of a folder whose study did not come to its end. */
import { expect, test } from "vitest";
import { keptText } from "../../src/cli/results/kept-results.ts";
import { resultNames } from "../../src/core/platform.ts";

const sink = (...names: string[]) => ({
  label: "out",
  written: new Map(names.map((name) => [name, { bytes: 1, sha256: "" }])),
  write: async () => {},
  lost: async () => [],
});
const both = [resultNames.model(0), resultNames.model(1)];

test("what was written is told", () => {
  expect(keptText(sink())).toBeUndefined();
  expect(keptText(sink(both[0]!))).toBe("1 network in out/models; study.json is not written");
  const tables = "2 networks in out/models; neurons.csv, orders.csv in out; study.json is not written";
  expect(keptText(sink(...both, "neurons.csv", "orders.csv"))).toBe(tables);
  expect(keptText(sink(...both, "study.json"))).toBe("all results in out");
});
