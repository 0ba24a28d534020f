/**
 * BROJA of some pairs of neurons of a folder of results, as JSON lines that dit_pairs.py reads:
 * node pairs_ours.mjs RESULTS [PAIRS [RUNS]]
 * RESULTS was made with --pairs and one bit. Pairs are taken at equal steps from all of pairs.csv. Times are of the processor and of one pair:
 * the median of RUNS rounds of as many calls as take some milliseconds.
 */
import { countsOf } from "../../dist/core/evidence.js";
import { informationOf } from "../../dist/measures/mutual-information.js";
import { broja, leastInformedBoth } from "../../dist/pairs/broja.js";
import { bitOf, jointLevels, pairOf } from "../../dist/pairs/pair.js";
import { folderSource } from "../../dist/platform/node/files.js";
import { readStudyFiles } from "../../dist/report/files/read-study.js";

const [folder, count = "12", runs = "5"] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node pairs_ours.mjs RESULTS [PAIRS [RUNS]]");
const CALLS = 2000;

const { neurons, pairs, study } = await readStudyFiles(folderSource(folder), folder);
const sizes = study.dataset.validationPerClass;
const places = pairs.flatMap((table) => Array.from(table.layer, (_, row) => ({ table, row })));

function bitAt(repeat, layer, neuron) {
  const table = neurons.find((one) => one.repeat === repeat);
  const ones = countsOf(table.levels, table.classes, table.layer.indexOf(layer) + neuron);
  const countsPerLevel = Uint32Array.from([...sizes.map((size, label) => size - ones[label]), ...ones]);
  return bitOf({ samples: table.samples, samplesPerClass: sizes, levels: 2, countsPerLevel });
}

const median = (values) => [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];

for (let index = 0; index < Number(count); index++) {
  const { table, row } = places[Math.floor(((index + 0.5) * places.length) / Number(count))];
  const { repeat, layer, neuron, otherLayer, otherNeuron, both, classes } = table;
  const first = bitAt(repeat, layer[row], neuron[row]);
  const second = bitAt(repeat, otherLayer[row], otherNeuron[row]);
  const common = both.slice(row * classes, (row + 1) * classes);
  const seconds = [];
  for (let run = 0; run <= Number(runs); run++) {
    const start = process.cpuUsage();
    for (let call = 0; call < CALLS; call++) broja.parts(pairOf(first, second, common));
    const { user, system } = process.cpuUsage(start);
    if (run > 0) seconds.push((user + system) / 1e6 / CALLS);
  }
  const pair = pairOf(first, second, common);
  const { redundancy, synergy } = broja.parts(pair);
  const least = informationOf(jointLevels(first, second, leastInformedBoth(first, second)));
  const place = `${repeat}: ${layer[row]}.${neuron[row]}, ${otherLayer[row]}.${otherNeuron[row]}`;
  const counts = Array.from(jointLevels(first, second, common).countsPerLevel);
  const values = { information: pair.jointInformation, least, redundancy, synergy };
  console.log(JSON.stringify({ peer: "gpu-importance", place, seconds: median(seconds), classes, counts, ...values }));
}
