/** What is said of a folder whose study did not come to its end. */
import { expect, test } from "vitest";
import { continuingCommand, keptText } from "../../src/cli/results/kept-results.ts";
import { resultNames } from "../../src/core/platform.ts";
import { tinyConfig } from "../support/tiny-study.ts";

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

test("a command goes on where all networks are there", () => {
  const command = continuingCommand(tinyConfig, { adapter: "swift shader" }, sink(...both))!;
  expect(command).toMatch(/^gpu-importance analyze out\/models\/\*\.safetensors --data bands --seed 0 --measures /);
  expect(command).toMatch(/ --sweep fast --adapter 'swift shader' --out out-analysis$/);
  expect(command).not.toMatch(/--(hidden|epochs|activation|repeats|learning-rate|l2|batch-size)/);
  expect(continuingCommand(tinyConfig, {}, sink(both[0]!))).toBeUndefined();
});

test("networks of standardized inputs say so themselves", () => {
  const command = continuingCommand({ ...tinyConfig, standardize: true }, {}, sink(...both));
  expect(command).toBe(continuingCommand(tinyConfig, {}, sink(...both)));
});
