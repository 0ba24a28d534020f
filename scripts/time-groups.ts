/**
 * Times groups of neurons of networks 784-100-100-10 with random weights, on 10,000 made-up samples of 10 classes:
 *   npx tsx scripts/time-groups.ts [--bits 3] [--groups 5] [--networks 20] [--adapter swiftshader]
 * Each network is measured first, which is not in the time. Its outputs are then read back, quantised and searched, and it is worked out
 * what the first neurons of each of the paper's measures, the most informative and random ones know together, in both layers. Seconds by
 * the clock, and of the processor, in which the threads of a software adapter count.
 */
import { parseArgs } from "node:util";
import { studyShape } from "../src/core/layers/network-shape.ts";
import { greatest } from "../src/core/long-arrays.ts";
import { RandomSequence, streams } from "../src/core/random.ts";
import { studyDefaults } from "../src/core/study-defaults.ts";
import { openDevice } from "../src/index.ts";
import { groupsOfNetwork } from "../src/measure-groups.ts";
import { measureNetwork } from "../src/measure-networks.ts";
import { measuresNamed } from "../src/measures/measure-choice.ts";
import { paperMeasureNames } from "../src/measures/paper-measures.ts";
import { uploadSplit } from "../src/passes/device-split.ts";
import { initialNetwork } from "../src/train/initialisation.ts";

const { values } = parseArgs({
  options: {
    bits: { type: "string", default: "3" },
    groups: { type: "string", default: "5" },
    networks: { type: "string", default: "20" },
    adapter: { type: "string", default: "swiftshader" },
  },
});
const [features, classes, count] = [784, 10, 10_000];
const [bits, groups, networks] = [values.bits, values.groups, values.networks].map(Number) as [number, number, number];

const random = new RandomSequence(0, 0, streams.randomRanking);
const labels = Uint16Array.from({ length: count }, (_, sample) => sample % classes);
// A class brightens some of the pixels.
const inputs = Uint8Array.from({ length: count * features }, (_, at) => {
  const bright = (at % features) % classes === labels[Math.floor(at / features)]! ? 128 : 0;
  return bright + random.nextBelow(128);
});
using gpu = await openDevice({ adapter: values.adapter });
using validation = uploadSplit(gpu, "validation", { inputs, labels, count }, features, classes);
const levels = bits === 1 ? {} : ({ bits, bins: "equal-width" } as const);
const config = { ...studyDefaults, ...levels, measures: paperMeasureNames, groups };
const shape = studyShape({ features, classes }, config);
let [clock, processor, states] = [0, 0, 0];
for (let repeat = 0; repeat < networks; repeat++) {
  const network = initialNetwork(repeat, repeat, shape, "sigmoid");
  const request = { ...levels, measures: measuresNamed(paperMeasureNames) };
  const measured = await measureNetwork(gpu, { repeat, network }, validation, request);
  const [start, used] = [performance.now(), process.cpuUsage()];
  const found = await groupsOfNetwork(gpu, measured, validation, config);
  const { user, system } = process.cpuUsage(used);
  clock += (performance.now() - start) / 1000;
  processor += (user + system) / 1e6;
  states = greatest([states, ...found.groups.map((group) => group.states)]);
}
const what = `${networks} networks, groups of ${groups} neurons, ${2 ** bits} levels, ${count} samples, at most ${states} joint states`;
console.log(`${what}: ${clock.toFixed(1)} s, ${processor.toFixed(1)} s of the processor (${values.adapter})`);
