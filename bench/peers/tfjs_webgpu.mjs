/**
 * TensorFlow.js on the same WebGPU implementation (Dawn) and adapter: one network after the other, then the forward pass
 * over the test set. Options: --data FOLDER --repeats N --epochs N --adapter TEXT (part of an adapter's name).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { create, globals } from "webgpu";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    repeats: { type: "string", default: "50" },
    epochs: { type: "string", default: "20" },
    adapter: { type: "string" },
  },
});
const repeats = Number(options.repeats);
const epochs = Number(options.epochs);

Object.assign(globalThis, globals);
// Kept until exit: collected while a device lives, the process would abort.
const instance = create(options.adapter === undefined ? [] : [`adapter=${options.adapter}`]);
Object.defineProperty(globalThis, "navigator", { value: { gpu: instance, userAgent: "node" }, configurable: true });
// The back end asks for the adapter's type of element and frame timing as a browser has them.
globalThis.self ??= globalThis;
globalThis.requestAnimationFrame ??= (callback) => setTimeout(callback);

const tf = await import("@tensorflow/tfjs-core");
const { layers, initializers, regularizers, sequential } = await import("@tensorflow/tfjs-layers");
await import("@tensorflow/tfjs-backend-webgpu");
if (!(await tf.setBackend("webgpu"))) throw new Error("TensorFlow.js finds no WebGPU adapter");
await tf.ready();

function readIdx(name) {
  const plain = join(options.data, name);
  const bytes = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
  const dimensions = bytes[3];
  return { count: bytes.readUInt32BE(4), bytes: bytes.subarray(4 + 4 * dimensions) };
}

const FEATURES = 784;
const CLASSES = 10;

/** Inputs and one-hot labels of samples [first, end). */
function tensors(images, labels, first, end) {
  const values = Float32Array.from(images.bytes.subarray(first * FEATURES, end * FEATURES), (byte) => byte / 255);
  const inputs = tf.tensor2d(values, [end - first, FEATURES]);
  const indices = tf.tensor1d(Int32Array.from(labels.bytes.subarray(first, end)), "int32");
  return { inputs, targets: tf.cast(tf.oneHot(indices, CLASSES), "float32") };
}

function createModel() {
  const widths = [FEATURES, 100, 100, CLASSES];
  const model = sequential();
  widths.slice(1).forEach((units, layer) => {
    const bound = 1 / Math.sqrt(widths[layer]);
    const uniform = () => initializers.randomUniform({ minval: -bound, maxval: bound });
    model.add(
      layers.dense({
        units,
        inputShape: [widths[layer]],
        activation: layer === 2 ? "softmax" : "sigmoid",
        kernelInitializer: uniform(),
        biasInitializer: uniform(),
        kernelRegularizer: regularizers.l2({ l2: 1e-5 }),
      }),
    );
  });
  model.compile({ optimizer: tf.train.adam(0.001, 0.9, 0.999, 1e-8), loss: "categoricalCrossentropy" });
  return model;
}

const print = (stage, start, samples, accuracy) => {
  const seconds = (performance.now() - start) / 1000;
  console.log(
    JSON.stringify({
      peer: "tfjs-webgpu",
      stage,
      seconds,
      samplesPerSecond: samples / seconds,
      accuracy: accuracy ?? null,
    }),
  );
};

async function accuracyOf(model, { inputs, targets }) {
  const right = tf.equal(tf.argMax(model.predict(inputs), 1), tf.argMax(targets, 1));
  return (await tf.mean(tf.cast(right, "float32")).data())[0];
}

const trainImages = readIdx("train-images-idx3-ubyte");
const trainLabels = readIdx("train-labels-idx1-ubyte");
const testImages = readIdx("t10k-images-idx3-ubyte");
const testLabels = readIdx("t10k-labels-idx1-ubyte");
const count = trainImages.count - Math.floor(trainImages.count / 6);
const train = tensors(trainImages, trainLabels, 0, count);
const test = tensors(testImages, testLabels, 0, testImages.count);

/** One batch of another model first, so that shaders are compiled. */
const warm = createModel();
await warm.trainOnBatch(tf.slice(train.inputs, [0, 0], [32, FEATURES]), tf.slice(train.targets, [0, 0], [32, CLASSES]));
await accuracyOf(warm, test);

let start = performance.now();
const models = [];
for (let repeat = 0; repeat < repeats; repeat++) {
  const model = createModel();
  await model.fit(train.inputs, train.targets, {
    batchSize: 32,
    epochs,
    shuffle: true,
    verbose: 0,
    yieldEvery: "never",
  });
  models.push(model);
}
await models.at(-1).layers[2].getWeights()[1].data(); // until the device is done
print("train", start, repeats * epochs * count, await accuracyOf(models.at(-1), test));

start = performance.now();
for (const model of models) await model.predict(test.inputs).data();
print("forward", start, repeats * testImages.count);
process.exit(0);
