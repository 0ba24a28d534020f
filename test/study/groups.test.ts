/** Groups of neurons on a device: what is read back of the outputs is what was counted, in a study and in its parts. */
import { describe, expect, test } from "vitest";
import { MOST_INFORMATIVE } from "../../src/core/groups.ts";
import { quantizationOf } from "../../src/core/quantization.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { groupsOfNetwork } from "../../src/measure-groups.ts";
import { measureNetwork } from "../../src/measure-networks.ts";
import { measuresNamed } from "../../src/measures/measure-choice.ts";
import { mostInformative } from "../../src/pairs/greedy-group.ts";
import { groupInformation } from "../../src/pairs/group.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { splitOnDevice, uploadSplit } from "../../src/passes/device-split.ts";
import { readLevels } from "../../src/passes/evidence/layer-levels.ts";
import { assembled, wholeResults } from "../../src/study/assemble.ts";
import { jobsOf } from "../../src/study/jobs.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";
import { computeStudy, runStudy } from "../../src/study/study.ts";
import { StudyParts } from "../../src/study/study-parts.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { inPages } from "../support/pages.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const devices = new Devices(gpu);
const clock = () => performance.now();
const random = testRandom(12);
const [FEATURES, CLASSES, SAMPLES] = [9, 3, 301];
const HIDDEN = [7, 5];
const network = realNetwork(random, [FEATURES, ...HIDDEN, CLASSES], "softplus");
const split = randomSplit(random, SAMPLES, FEATURES, CLASSES);
const onDevice = () => uploadSplit(gpu, "validation", split, FEATURES, CLASSES);

/** [hidden layers][units, levels - 1, classes] */
function counted(levels: readonly (readonly Uint8Array[])[], upper: number): number[][] {
  return levels.map((units) =>
    units.flatMap((own) =>
      Array.from({ length: upper * CLASSES }, (_, cell) => {
        const [level, label] = [1 + Math.floor(cell / CLASSES), cell % CLASSES];
        return own.filter((one, sample) => one === level && split.labels[sample] === label).length;
      }),
    ),
  );
}

type Options = Pick<StudyConfig, "bits" | "bins" | "quantizeThreshold">;

describe("levels that are read back", () => {
  test.each([
    ["a bit", {}],
    ["a bit of another threshold", { quantizeThreshold: 0.9 }],
    ["4 levels of equal width", { bits: 2 }],
    ["8 levels of equal frequency", { bits: 3, bins: "equal-frequency" }],
  ] as const satisfies readonly (readonly [string, Options])[])(
    "have the counts of the table, of %s, whole and in pages",
    async (_, options: Options) => {
      using validation = onDevice();
      const request = { ...options, measures: measuresNamed(["entropy"]) };
      const { table } = await measureNetwork(gpu, { repeat: 0, network }, validation, request);
      const upper = table.levels!.levels - 1;
      const first = HIDDEN[0]! * upper;
      const edges = table.levels!.edges && [
        table.levels!.edges.subarray(0, first),
        table.levels!.edges.subarray(first),
      ];
      const at = quantizationOf(options) === undefined ? { threshold: options.quantizeThreshold } : { edges: edges! };
      using networks = uploadNetworks(gpu, [network]);
      const whole = await readLevels(gpu, networks, validation, at);
      expect(counted(whole, upper).flat()).toEqual([...table.levels!.counts]);
      using pages = inPages(gpu, split, CLASSES, 64);
      expect(await readLevels(gpu, networks, pages, at)).toEqual(whole);
    },
  );
});

const config: StudyConfig = {
  ...tinyConfig,
  repeats: 2,
  hidden: [6, 4],
  measures: ["entropy", "mutual-information", "jmi"],
  scopes: ["layers"],
  groups: 3,
};

test("a study has the first of each ranking, the most informative, and some at random, layer by layer", async () => {
  const results = await runStudy(devices, tinyDataset, config, clock);
  expect(results.groups!.map(({ repeat, levels }) => [repeat, levels])).toEqual([
    [0, 2],
    [1, 2],
  ]);
  const rankings = [MOST_INFORMATIVE, "entropy", "mutual_information", "jmi", "random"];
  for (const { repeat, groups } of results.groups!) {
    expect(groups.map(({ layer, ranking }) => `${layer} ${ranking}`)).toEqual(
      [1, 2].flatMap((layer) => rankings.map((ranking) => `${layer} ${ranking}`)),
    );
    const own = results.networks.find((one) => one.repeat === repeat)!.network;
    using validation = splitOnDevice(gpu, tinyDataset, "validation");
    using networks = uploadNetworks(gpu, [own]);
    const levels = await readLevels(gpu, networks, validation, {});
    const { labels } = tinyDataset.validation;
    const samplesPerClass = Array.from(
      { length: tinyDataset.classes },
      (_, label) => labels.filter((one) => one === label).length,
    );
    for (const { layer, ranking, neurons, ...information } of groups) {
      const states = { levels: 2, units: levels[layer - 1]!, labels, samplesPerClass };
      expect(information).toEqual(
        groupInformation(
          states,
          [...neurons].sort((a, b) => a - b),
        ),
      );
      if (ranking === MOST_INFORMATIVE) expect([...neurons]).toEqual(mostInformative(states, 3));
      const order = results.orders.find(
        (one) =>
          one.repeat === repeat && one.scope === `layer${layer}` && one.measure === ranking && one.direction !== "high",
      );
      // The last that are removed are the most important.
      if (order !== undefined)
        expect([...neurons]).toEqual(
          order.neurons
            .slice(-3)
            .reverse()
            .map(({ neuron }) => neuron),
        );
    }
  }
});

test("a layer with fewer neurons is a group by itself, and levels are those of --bits", async () => {
  const { groups } = await runStudy(
    devices,
    tinyDataset,
    { ...config, groups: 5, bits: 2, bins: "equal-width" },
    clock,
  );
  const [{ levels, groups: own }] = groups as [NonNullable<typeof groups>[number]];
  expect(levels).toBe(4);
  expect(own.map(({ layer, neurons }) => [layer, neurons.length])).toEqual(
    [1, 2].flatMap((layer) => [0, 1, 2, 3, 4].map(() => [layer, layer === 1 ? 5 : 4])),
  );
  const ofLayer = own.filter(({ layer }) => layer === 2).map(({ joint }) => joint);
  expect(new Set(ofLayer).size).toBe(1);
});

test("groups that are gone are worked out again, and nothing else", async () => {
  const store = new MemoryParts();
  const origin = { package: "1", dawn: "1", adapter: gpu.facts, tiles: gpu.tiles, dataset: tinyDataset };
  const parts = new StudyParts({ store, config, origin });
  const compute = async () => {
    const told: string[] = [];
    await computeStudy({ devices, dataset: tinyDataset, parts, clock }, jobsOf(config), {
      onJobs: async (stage, jobs, tookMs) => {
        if (tookMs !== undefined) told.push(`${stage} ${jobs.map(({ repeat }) => repeat)}`);
      },
    });
    return told;
  };
  await compute();
  const before = await wholeResults(assembled(parts, [0, 1]));
  await parts.remove("groups", 1);
  const table = await parts.nameOf("table", 1);
  const bytes = await store.read(table);
  expect(await parts.isDone({ stage: "measure", repeat: 1 })).toBe(false);
  expect(await compute()).toEqual(["measure 1"]);
  expect((await wholeResults(assembled(parts, [0, 1]))).groups).toEqual(before.groups);
  expect(await store.read(table)).toBe(bytes);
});

test("few samples for many states are said", async () => {
  const { warnings } = await runStudy(
    devices,
    tinyDataset,
    { ...config, repeats: 1, bits: 6, bins: "equal-frequency" },
    clock,
  );
  expect(warnings!.join()).toMatch(
    /validation samples are few for groups of 3 neurons: in \d+ of 10 groups permuted labels give more than a tenth/,
  );
  const fine = await runStudy(devices, tinyDataset, { ...config, repeats: 1, groups: 2 }, clock);
  expect((fine.warnings ?? []).join()).not.toContain("groups of");
});

test("networks of one group are those of a network alone", async () => {
  const { networks, neurons, groups } = await runStudy(devices, tinyDataset, config, clock);
  using validation = splitOnDevice(gpu, tinyDataset, "validation");
  const table = { ...neurons[1]!, sequences: {} };
  const alone = await groupsOfNetwork(gpu, { network: networks[1]!.network, table }, validation, {
    ...config,
    measures: ["entropy", "mutual-information"],
    groups: 3,
  });
  expect(alone.groups).toEqual(groups![1]!.groups.filter(({ ranking }) => ranking !== "jmi"));
});
