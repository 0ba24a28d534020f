/** The measures explained on a neuron of the study, with its own numbers. */

import { describe, expect, test } from "vitest";
import { onesOf, onesPerClass } from "../../../src/core/neuron-table.ts";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import { measuresSection } from "../../../src/report/page/measures-section.ts";
import { madeUpStudyFiles } from "../made-up-classes.ts";

const files = madeUpStudyFiles("a");
const textOf = (text: string) => text.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");

describe("the section on measures", () => {
  test("takes the neuron of the last layer with the most mutual information, and its own counts", () => {
    const [table] = files.neurons!;
    const { example } = analyse(files);
    const information = table!.measures.mutual_information!;
    const rows = [...table!.layer.keys()].filter((row) => table!.layer[row] === 2);
    const best = rows.toSorted((a, b) => information[b]! - information[a]!)[0]!;
    expect(example).toMatchObject({ repeat: 0, layer: 2, neuron: table!.neuron[best], ones: onesOf(table!, best) });
    expect(example!.onesPerClass).toEqual([...onesPerClass(table!, best)]);
    expect(example!.bits.mutual_information).toBe(information[best]);
  });

  test("works out the example: entropy, what a class leaves of it, and the preferred class", () => {
    // 2,000 samples in classes of 1,000, 600 and 400; the bit is 1 for all of the first and none of the others.
    const analysis = analyse(files);
    const example = {
      ...analysis.example!,
      samples: 2000,
      ones: 1000,
      samplesPerClass: [1000, 600, 400],
      onesPerClass: [1000, 0, 0],
      preferredClass: 0,
      conditionalEntropyBits: 0,
      bits: { entropy: 1, mutual_information: 1, kl_selectivity: 1 },
    };
    const shown = (one: typeof example) => textOf(measuresSection([{ ...analysis, example: one }])!.content.text);
    const text = shown(example);
    expect(text).toContain("above its threshold for 1,000 of 2,000 validation samples");
    expect(text).toContain("probability 0.5000 has an entropy of 1.000 bits");
    expect(text).toContain("0.000 bits of it are left on average; the rest, 1.000 bits, is the mutual information");
    expect(text).toContain("Class 0 departs most from all samples: it has 100.0 % ones instead of 50.0 %");
    expect(text).not.toContain("prefers it by being silent");
    const silent = shown({ ...example, preferredClass: 1 });
    expect(silent).toContain("1 is the preferred class; the neuron prefers it by being silent for it");
  });

  test("has no example where outputs are not bits or class sizes are unknown, and names what was measured", () => {
    const { validationPerClass: _, ...dataset } = files.study!.dataset;
    const unknown = analyse({ ...files, study: { ...files.study!, dataset } });
    expect(unknown).not.toHaveProperty("example");
    const text = textOf(measuresSection([unknown])!.content.text);
    for (const title of ["Entropy", "Mutual information", "KL selectivity"]) expect(text).toContain(title);
    expect(text).not.toContain("An example");
  });
});
