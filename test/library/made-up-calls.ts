/** Calls of the library that make no sense, one a row: what is wrong with them, and the place that the refusal must name. */
import type { Dataset, Network } from "../../src/index.ts";
import * as library from "../../src/index.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { tinyDataset } from "../support/tiny-study.ts";
import { type Anything, datasets, misfits, networks, withFirst } from "./made-up-objects.ts";

export interface Material {
  readonly gpu: library.GpuContext;
  readonly measured: library.NetworkMeasures;
  readonly results: library.StudyResults;
  readonly disposed: library.GpuContext;
}

export type MadeUpCall = readonly [wrong: string, where: RegExp, call: (material: Material) => unknown];

/** Of `ablate` and `analyze`. */
const options: readonly (readonly [wrong: string, options: Anything])[] = [
  ["null", null],
  ["a text", "fast"],
  ["a list", [1]],
  ["a misspelt name", { randomDraw: 2 }],
  ["a name of the command line", { "random-draws": 2 }],
  ["null for an option", { stride: null }],
  ["an unknown measure", { measures: ["entropie"] }],
  ["the file's name of a measure", { measures: ["mutual_information"] }],
  ["a measure that is not in a list", { measures: "entropy" }],
  ["no measures", { measures: [] }],
  ["an unknown scope", { scopes: ["layer"] }],
  ["no scopes", { scopes: [] }],
  ["an unknown mode", { modes: ["zeros"] }],
  ["modes that are null", { modes: null }],
  ["an unknown sweep", { sweep: "slow" }],
  ["a negative count of draws", { randomDraws: -1 }],
  ["a fractional count of draws", { randomDraws: 0.5 }],
  ["a huge count of draws", { randomDraws: 1e20 }],
  ["a stride of zero", { stride: 0 }],
  ["a negative stride", { stride: -2 }],
  ["a stride that is not a number", { stride: Number.NaN }],
  ["an infinite stride", { stride: Number.POSITIVE_INFINITY }],
  ["a stride as text", { stride: "2" }],
  ["a negative seed", { seed: -1 }],
  ["a seed that float64 cannot hold", { seed: 2 ** 53 }],
];

const analyzeOptions: readonly (readonly [wrong: string, options: Anything])[] = [
  ["zero bits", { bits: 0 }],
  ["too many bits", { bits: 9 }],
  ["fractional bits", { bits: 1.5 }],
  ["bits as a big integer", { bits: 2n }],
  ["an unknown rule for bins", { bits: 2, bins: "equal" }],
  ["a threshold that is not a number", { quantizeThreshold: Number.NaN }],
  ["a threshold beyond float32", { quantizeThreshold: 1e39 }],
  ["a threshold for levels", { bits: 2, quantizeThreshold: 0.5 }],
  ["bins for one bit", { bins: "equal-width" }],
  ["an odd number of permutations", { measures: ["shapley-zero"], shapleyDraws: 7 }],
  ["permutations as text", { measures: ["shapley-zero"], shapleyDraws: "8" }],
  ["an error that is not a number", { measures: ["shapley-zero"], shapleyError: Number.NaN }],
  ["remeasuring after no removal", { remeasure: 0 }],
  ["remeasuring of sequences alone", { measures: ["greedy-zero"], remeasure: 2 }],
  ["remeasuring in scopes without such orders", { remeasure: 2, scopes: ["network-ranked"] }],
  ["remeasuring of removals in no mode of theirs", { measures: ["single-zero"], modes: ["mean"], remeasure: 2 }],
  ["an error of what is not sampled", { measures: ["entropy"], shapleyError: 0.1 }],
  ["negative memory", { dataMemory: -1 }],
  ["fractional memory", { dataMemory: 1.5 }],
  ["no minutes", { minutes: 0 }],
  ["progress that is not a function", { onProgress: "yes" }],
  ["an unknown field of reading", { reading: { activations: "relu" } }],
  ["an activation by name alone", { reading: { activation: "relu" } }],
  ["an unknown layout", { reading: { weightsLayout: "out-out" } }],
  ["a deviation of zero", { reader: { normalize: { mean: 0, sd: 0 } } }],
  ["a deviation by another name", { reader: { normalize: { mean: 0, std: 1 } } }],
  ["means of channels without as many deviations", { reader: { normalize: { mean: [0, 1], sd: [1, 1, 1] } } }],
  ["means of channels with one deviation", { reader: { normalize: { mean: [0, 1], sd: 1 } } }],
  ["a mean of a channel that is not a number", { reader: { normalize: { mean: [0, Number.NaN], sd: [1, 1] } } }],
  ["no means", { reading: { normalize: { mean: [], sd: [] } } }],
  ["shares that do not make 100", { reader: { split: [70, 15, 16] } }],
  ["two shares", { reader: { split: [70, 30] } }],
  ["a reader for data in memory", { reader: { standardize: true } }],
  ["reading for networks in memory", { reading: { normalize: { mean: 0, sd: 1 } } }],
];

const request = { measure: "mutual-information", mode: "mean", scope: "network", amount: { keepShare: 0.5 } };
const requests: readonly (readonly [wrong: string, request: Anything])[] = [
  ["nothing", undefined],
  ["no measure", { ...request, measure: undefined }],
  ["an unknown measure", { ...request, measure: "importance" }],
  ["an unknown mode", { ...request, mode: "median" }],
  ["an unknown scope", { ...request, scope: "net-work" }],
  ["a layer that there is not", { ...request, scope: "layer9" }],
  ["layer 0", { ...request, scope: "layer0" }],
  ["no amount", { ...request, amount: {} }],
  ["two amounts", { ...request, amount: { keepShare: 0.5, keepCount: 3 } }],
  ["a misspelt amount", { ...request, amount: { keepshare: 0.5 } }],
  ["a share of zero", { ...request, amount: { keepShare: 0 } }],
  ["a share above one", { ...request, amount: { keepShare: 1.5 } }],
  ["a share that is not a number", { ...request, amount: { keepShare: Number.NaN } }],
  ["a negative number", { ...request, amount: { keepCount: -1 } }],
  ["a fractional number", { ...request, amount: { keepCount: 2.5 } }],
  ["more neurons than there are", { ...request, amount: { keepCount: 1000 } }],
  ["a negative loss", { ...request, amount: { maxAccuracyLoss: -0.1 } }],
];

const tables: readonly (readonly [wrong: string, change: (measured: library.NetworkMeasures) => Anything])[] = [
  ["nothing", () => undefined],
  ["no table", (measured) => ({ ...measured, table: undefined })],
  ["a table of another network", (measured) => ({ ...measured, table: { ...measured.table, rows: 5 } })],
  [
    "layers of another network",
    ({ table, ...more }) => ({ ...more, table: { ...table, layer: new Uint32Array(table.rows) } }),
  ],
  [
    "a column that is too short",
    ({ table, ...more }) => ({
      ...more,
      table: { ...table, measures: { ...table.measures, entropy: new Float64Array(2) } },
    }),
  ],
  [
    "a measure that is not a number",
    ({ table, ...more }) => ({
      ...more,
      table: { ...table, measures: { ...table.measures, entropy: new Float64Array(table.rows).fill(Number.NaN) } },
    }),
  ],
  [
    "standard errors that are too short",
    ({ table, ...more }) => ({ ...more, table: { ...table, standardErrors: { entropy: new Float64Array(2) } } }),
  ],
  [
    "a sequence that names a row twice",
    ({ table, ...more }) => ({
      ...more,
      table: { ...table, sequences: { greedy_zero: { layer1: Uint32Array.of(0, 1, 0) } } },
    }),
  ],
  ["no column of the measures", ({ table, ...more }) => ({ ...more, table: { ...table, measures: {} } })],
  ["means of one layer", (measured) => ({ ...measured, meanActivations: measured.meanActivations.slice(1) })],
  [
    "a mean that is not a number",
    (measured) => ({ ...measured, meanActivations: measured.meanActivations.map((row) => row.map(() => Number.NaN)) }),
  ],
];

const zeros = [new Float32Array(6), new Float32Array(6)];
const removals: readonly (readonly [wrong: string, removed: Anything, constants: Anything])[] = [
  ["no list", undefined, zeros],
  ["a neuron by its number", [3], zeros],
  ["a fractional neuron", [{ layer: 1, neuron: 0.5 }], zeros],
  ["a layer that there is not", [{ layer: 3, neuron: 0 }], zeros],
  ["a neuron that there is not", [{ layer: 1, neuron: 6 }], zeros],
  ["all of a layer", [0, 1, 2, 3, 4, 5].map((neuron) => ({ layer: 1, neuron })), zeros],
  ["no constants", [{ layer: 1, neuron: 0 }], undefined],
  ["constants of one layer", [{ layer: 1, neuron: 0 }], [zeros[0]]],
  ["too few constants", [{ layer: 1, neuron: 0 }], [new Float32Array(5), zeros[1]]],
  ["a constant that is not a number", [{ layer: 1, neuron: 0 }], [zeros[0]!.map(() => Number.NaN), zeros[1]]],
];

const opening: readonly (readonly [wrong: string, options: Anything])[] = [
  ["an empty name", { adapter: "" }],
  ["a name that is a number", { adapter: 0 }],
  ["no memory", { memoryBytes: 0 }],
  ["negative memory", { memoryBytes: -1e9 }],
  ["memory that is not a number", { memoryBytes: Number.NaN }],
  ["huge memory", { memoryBytes: 1e20 }],
  ["unknown kernels", { tiles: "round" }],
  ["a misspelt name", { memorybytes: 1e9 }],
];

const written: readonly (readonly [wrong: string, change: (results: library.StudyResults) => Anything])[] = [
  ["nothing", () => undefined],
  ["a config of another kind", (results) => ({ ...results, config: { ...results.config, stride: -1 } })],
  ["fewer networks than repeats", (results) => ({ ...results, networks: [] })],
  [
    "a network that does not hold together",
    (results) => ({
      ...results,
      networks: [{ repeat: 0, network: withFirst({ biases: zeros[0]!.slice(1) }), trainLoss: [] }],
    }),
  ],
  [
    "curves of which a column is short",
    (results) => ({ ...results, curves: results.curves.map((curve) => ({ ...curve, loss: curve.loss.slice(1) })) }),
  ],
  ["no curves", ({ curves: _, ...results }) => results],
];

export const madeUpCalls: readonly MadeUpCall[] = [
  ...networks.map(
    ([wrong, where, network]): MadeUpCall => [
      `measureNetworks, a network: ${wrong}`,
      where,
      ({ gpu }) => library.measureNetworks(gpu, tinyDataset, [network]),
    ],
  ),
  ...misfits.map(
    ([wrong, where, network]): MadeUpCall => [
      `analyze, a network: ${wrong}`,
      where,
      ({ gpu }) => library.analyze(gpu, tinyDataset, [network]),
    ],
  ),
  ...datasets.map(
    ([wrong, where, dataset]): MadeUpCall => [
      `measureNetworks, data: ${wrong}`,
      where,
      ({ gpu }) => library.measureNetworks(gpu, dataset, [plantedNetwork]),
    ],
  ),
  ...datasets.map(
    ([wrong, where, dataset]): MadeUpCall => [
      `analyze, data: ${wrong}`,
      wrong === "no data" || wrong === "a number" ? /data|analyze/ : where,
      ({ gpu }) => library.analyze(gpu, dataset, [plantedNetwork]),
    ],
  ),
  ...options.map(
    ([wrong, given]): MadeUpCall => [
      `ablate, options: ${wrong}`,
      /ablate/,
      ({ gpu, measured }) => library.ablate(gpu, tinyDataset, measured, given),
    ],
  ),
  ...[...options, ...analyzeOptions].map(
    ([wrong, given]): MadeUpCall => [
      `analyze, options: ${wrong}`,
      /analyze/,
      ({ gpu }) => library.analyze(gpu, tinyDataset, [plantedNetwork], given),
    ],
  ),
  ...requests.map(
    ([wrong, asked]): MadeUpCall => [
      `chooseNeurons: ${wrong}`,
      /chooseNeurons|scope/,
      ({ gpu, measured }) => library.chooseNeurons(gpu, tinyDataset, measured, asked),
    ],
  ),
  ...tables.map(
    ([wrong, change]): MadeUpCall => [
      `ablate, what was measured: ${wrong}`,
      /measured/,
      ({ gpu, measured }) => library.ablate(gpu, tinyDataset, change(measured)),
    ],
  ),
  ...removals.map(
    ([wrong, removed, constants]): MadeUpCall => [
      `pruneNetwork: ${wrong}`,
      /removed|pruneNetwork|network/,
      () => library.pruneNetwork(plantedNetwork, removed, constants),
    ],
  ),
  [
    "removeNeurons: an unknown mode",
    /removeNeurons/,
    ({ gpu, measured }) => library.removeNeurons(gpu, tinyDataset, measured, [], "median" as Anything),
  ],
  ...opening.map(
    ([wrong, given]): MadeUpCall => [`openDevice: ${wrong}`, /openDevice/, () => library.openDevice(given)],
  ),
  ...written.map(
    ([wrong, change]): MadeUpCall => [
      `writeResults: ${wrong}`,
      /./,
      ({ results }) => library.writeResults(change(results), "results-that-are-never-written"),
    ],
  ),
  ["writeResults: no folder", /writeResults/, ({ results }) => library.writeResults(results, "" as Anything)],
  [
    "writeResults: a folder with a zero character",
    /writeResults/,
    ({ results }) => library.writeResults(results, "a\0b"),
  ],
  [
    "writeResults: an option misspelt",
    /writeResults/,
    ({ results }) => library.writeResults(results, "x", { Force: true } as Anything),
  ],
  ["an adapter that there is not", /./, () => library.openDevice({ adapter: "no such adapter" })],
  [
    "activationsOf: an unknown part",
    /activationsOf/,
    ({ gpu }) => library.activationsOf(gpu, tinyDataset, plantedNetwork, "tests" as Anything, 1),
  ],
  [
    "activationsOf: layer 0",
    /activationsOf/,
    ({ gpu }) => library.activationsOf(gpu, tinyDataset, plantedNetwork, "test", 0),
  ],
  [
    "activationsOf: a fractional layer",
    /activationsOf/,
    ({ gpu }) => library.activationsOf(gpu, tinyDataset, plantedNetwork, "test", 1.5),
  ],
  [
    "activationsOf: the layer of the logits",
    /activationsOf/,
    ({ gpu }) => library.activationsOf(gpu, tinyDataset, plantedNetwork, "test", 3),
  ],
  [
    "measureNetworks: networks that are not a list",
    /measureNetworks/,
    ({ gpu }) => library.measureNetworks(gpu, tinyDataset, plantedNetwork as Anything),
  ],
  [
    "measureNetworks: a hole in the list",
    /network 0/,
    ({ gpu }) => library.measureNetworks(gpu, tinyDataset, new Array<Network>(1)),
  ],
  ["analyze: no networks", /networks/, ({ gpu }) => library.analyze(gpu, tinyDataset, [])],
  ["analyze: a path that is empty", /network 0/, ({ gpu }) => library.analyze(gpu, tinyDataset, [""])],
  ["analyze: a path of nothing", /./, ({ gpu }) => library.analyze(gpu, tinyDataset, ["no-such-network.onnx"])],
  ["analyze: data of no such path", /./, ({ gpu }) => library.analyze(gpu, "no-such-data", [plantedNetwork])],
  [
    "analyze: networks of which the second is broken",
    /network 1/,
    ({ gpu }) => library.analyze(gpu, tinyDataset, [plantedNetwork, withFirst({ inputs: 35 })]),
  ],
  ["loadNetwork: no path", /loadNetwork/, () => library.loadNetwork(undefined as Anything)],
  ["loadNetwork: a path that is an object", /loadNetwork/, () => library.loadNetwork(new URL("file:///a") as Anything)],
  ["loadNetwork: a path with a zero character", /loadNetwork/, () => library.loadNetwork("a\0.onnx")],
  [
    "loadNetwork: an option misspelt",
    /loadNetwork/,
    () => library.loadNetwork("a.onnx", { weightLayout: "in-out" } as Anything),
  ],
  [
    "loadNetwork: an activation by its name",
    /loadNetwork/,
    () => library.loadNetwork("a.onnx", { activation: "relu" } as Anything),
  ],
  ["loadData: no source", /loadData/, () => library.loadData(undefined as Anything)],
  ["loadData: an empty source", /loadData/, () => library.loadData(" ")],
  ["loadData: an option misspelt", /loadData/, () => library.loadData("mnist", { standardise: true } as Anything)],
  ["loadData: standardize as text", /loadData/, () => library.loadData("mnist", { standardize: "yes" } as Anything)],
  ["loadData: a negative share", /loadData/, () => library.loadData("mnist", { split: [-10, 55, 55] as Anything })],
  ["loadData: a label that is null", /loadData/, () => library.loadData("mnist", { label: null as Anything })],
  ["layerActivation: an unknown name", /layerActivation/, () => library.layerActivation("rleu" as Anything)],
  ["layerActivation: no name", /layerActivation/, () => library.layerActivation(undefined as Anything)],
  ["encodeOnnx: nothing", /network/, () => library.encodeOnnx(undefined as Anything)],
  ["encodeNpz: a broken network", /network/, () => library.encodeNpz(withFirst({ weights: new Float32Array(3) }))],
  ["encodeSafetensors: a broken network", /network/, () => library.encodeSafetensors(withFirst({ biases: [] }))],
  ["no device", /measureNetworks/, () => library.measureNetworks(undefined as Anything, tinyDataset, [plantedNetwork])],
  [
    "a device that is not awaited",
    /analyze/,
    () => library.analyze(Promise.resolve() as Anything, tinyDataset, [plantedNetwork]),
  ],
  [
    "an object like a device",
    /ablate/,
    ({ measured }) => library.ablate({ device: {} } as Anything, tinyDataset, measured),
  ],
  [
    "a device that was disposed of",
    /./,
    ({ disposed }) => library.measureNetworks(disposed, tinyDataset, [plantedNetwork]),
  ],
  [
    "a device that was disposed of, for an analysis",
    /./,
    ({ disposed }) => library.analyze(disposed, tinyDataset as Dataset, [plantedNetwork]),
  ],
];
