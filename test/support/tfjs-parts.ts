/** A TensorFlow.js layers model in the form that model.save() of TensorFlow.js 4.22 gives it: its JSON, and its weights. */
import type { Network } from "../../src/core/network.ts";
import { float32Bytes } from "../../src/formats/float32-bytes.ts";
import { transposed } from "../../src/models/tensor.ts";

export interface TfjsParts {
  readonly json: Record<string, unknown>;
  readonly weights: Uint8Array;
}

export function tfjsParts({ layers, activation }: Network): TfjsParts {
  const name = (index: number) => `dense_${index}`;
  const configs = layers.map(({ inputs, outputs }, index) => ({
    class_name: "Dense",
    config: {
      units: outputs,
      activation: index === layers.length - 1 ? "softmax" : activation,
      use_bias: true,
      name: name(index),
      trainable: true,
      ...(index === 0 ? { batch_input_shape: [null, inputs] } : {}),
    },
  }));
  const weights = layers.flatMap(({ inputs, outputs }, index) => [
    { name: `${name(index)}/kernel`, shape: [inputs, outputs], dtype: "float32" },
    { name: `${name(index)}/bias`, shape: [outputs], dtype: "float32" },
  ]);
  const values = layers.flatMap((layer) => [
    ...transposed(layer.weights, layer.outputs, layer.inputs),
    ...layer.biases,
  ]);
  return {
    json: {
      modelTopology: { class_name: "Sequential", config: { name: "sequential_1", layers: configs } },
      format: "layers-model",
      weightsManifest: [{ paths: ["./first.bin", "./second.bin"], weights }],
    },
    weights: float32Bytes(Float32Array.from(values)),
  };
}
