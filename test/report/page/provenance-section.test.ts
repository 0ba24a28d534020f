/** How a page says that its results were made. */
import { expect, test } from "vitest";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import { provenanceSection } from "../../../src/report/page/provenance-section.ts";
import { madeUpStudy } from "../made-up-study.ts";

const study = madeUpStudy();
const section = (config: object) => {
  const files = { label: "", study: { ...study, config: { ...study.config, ...config } }, missing: [] };
  return provenanceSection([analyse(files)]).content.text;
};

test("more than one bit is told as levels and their rule, one bit is not", () => {
  const told = "<dt>levels of outputs</dt><dd>16, equal-frequency</dd>";
  expect(section({ bits: 4, bins: "equal-frequency" })).toContain(told);
  expect(section({})).not.toContain("levels of outputs");
});

test("Shapley values are told with how they were sampled, where they were", () => {
  const told = "<dt>Shapley values</dt><dd>by 40 permutations of each game; exact up to 8 neurons</dd>";
  expect(section({ shapleyDraws: 40 })).toContain(told);
  expect(section({ shapleyDraws: 40, shapleyError: 0.01 })).toContain("until 95 % intervals are within ± 0.01 nats");
  expect(section({})).not.toContain("Shapley");
});

test("the command that makes the results again names their kernels, where study.json does", () => {
  const { tiles: _, ...older } = study.provenance;
  const told = (provenance: object) => {
    const files = { label: "", study: { ...study, provenance: { ...older, ...provenance } }, missing: [] };
    return provenanceSection([analyse(files)]).content.text;
  };
  const tiles = { forward_layer: "shared", hidden_delta: "plain", update_parameters: "shared" };
  const option = "--tiles forward_layer=shared,hidden_delta=plain,update_parameters=shared";
  expect(told({ tiles })).toContain(option);
  expect(told({})).not.toContain("--tiles");
});

test("what was done with the inputs is told with its numbers, also of channels", () => {
  const told = (normalize: object) => section({ normalize });
  expect(told({ mean: 0.5, sd: 2 })).toContain("<dt>inputs</dt><dd>(x - 0.5) / 2</dd>");
  expect(told({ mean: [0.1, 0.2], sd: [3, 4] })).toContain(
    "<dt>inputs</dt><dd>(x - mean) / deviation, of channels 0.1,0.2/3,4</dd>",
  );
});
