/**
 * Writes networks whose neurons matter together and not alone, with the data that they are right about:
 *
 *     node make-networks.mjs FOLDER
 *
 * FOLDER/NAME.safetensors is a network, FOLDER/NAME/ its data as tables of three bits a, b, c and the class. In layer 1, neurons 0, 1
 * and 2 each repeat one bit, as steep sigmoids; c has nothing to do with the class.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors } from "gpu-importance";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node make-networks.mjs FOLDER");

/** Half a unit from its threshold, a sigmoid of this slope is within 1e-8 of 0 or 1. */
const STEEP = 40;
/** Samples of each combination of bits, in each part of the data. */
const TIMES = 10;

/** @param rows [outputs][inputs] @param biases [outputs] */
function layer(rows, biases) {
  const weights = Float32Array.from(rows.flat());
  return { inputs: rows[0].length, outputs: rows.length, weights, biases: Float32Array.from(biases) };
}

/** Neurons that each repeat one of the three bits. */
function copies(bits) {
  const row = (bit) => [0, 1, 2].map((input) => (input === bit ? STEEP : 0));
  return layer(
    bits.map(row),
    bits.map(() => -STEEP / 2),
  );
}

/** The logit of class 0 is 0. */
const logit = (weights, bias) => layer([weights.map(() => 0), weights], [0, bias]);

const examples = {
  /** The class is a xor b: layer 2 has their OR and their AND. */
  "exclusive-or": {
    layers: [
      copies([0, 1, 2]),
      layer(
        [
          [STEEP, STEEP, 0],
          [STEEP, STEEP, 0],
        ],
        [-STEEP / 2, -1.5 * STEEP],
      ),
      logit([20, -20], -10),
    ],
    classOf: (a, b) => a ^ b,
  },
  /** The class is a, which neurons 0 and 1 both repeat: one of them is enough. */
  duplicates: { layers: [copies([0, 0, 2]), logit([20, 20, 0], -16)], classOf: (a) => a },
  /** The class is a and b. */
  conjunction: { layers: [copies([0, 1, 2]), logit([20, 20, 0], -30)], classOf: (a, b) => a & b },
};

function tableOf(classOf) {
  const samples = Array.from({ length: 8 * TIMES }, (_, at) => [(at >> 2) & 1, (at >> 1) & 1, at & 1]);
  const lines = samples.map(([a, b, c]) => [a, b, c, classOf(a, b)].join());
  return `${["a,b,c,label", ...lines].join("\n")}\n`;
}

for (const [name, { layers, classOf }] of Object.entries(examples)) {
  await mkdir(join(folder, name), { recursive: true });
  // The same samples in each part: what is measured on some holds of the others.
  for (const part of ["train", "val", "test"]) await writeFile(join(folder, name, `${part}.csv`), tableOf(classOf));
  await writeFile(join(folder, `${name}.safetensors`), encodeSafetensors({ activation: "sigmoid", layers }));
}
console.log(`networks and their data in ${folder}: ${Object.keys(examples).join(", ")}`);
