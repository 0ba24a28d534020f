/** Which options of Keras's layers are understood, and that no other is skipped. */
import { describe, expect, test } from "vitest";
import { type MadeUpLayer, type MadeUpModel, madeUpKeras, sumLayer } from "../support/keras-chain.ts";
import { logitsOf } from "../support/model-files.ts";

const inputLayer = (shape: readonly number[], more = {}): MadeUpLayer => ({
  class_name: "InputLayer",
  config: { batch_shape: [null, ...shape], ...more },
});
const layer = (class_name: string, config = {}): MadeUpLayer => ({ class_name, config });
const read = (layers: MadeUpLayer[], numbers: number, more: Partial<MadeUpModel> = {}) =>
  madeUpKeras({ layers: [...layers, sumLayer(numbers)], ...more }, [numbers]);
/** [2 channels, 2, 3], and the same picture with channels last. */
const planes = [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60];
const pixels = [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60];

describe("axes", () => {
  test.each<[string, MadeUpLayer[], readonly number[]]>([
    ["Flatten with channels first", [layer("Flatten", { data_format: "channels_first" })], pixels],
    ["Flatten of TensorFlow.js with channels first", [layer("Flatten", { data_format: "channelsFirst" })], pixels],
    ["Flatten with channels last", [layer("Flatten", { data_format: "channels_last" })], planes],
    ["Flatten without a format", [layer("Flatten")], planes],
    ["Permute", [layer("Permute", { dims: [2, 3, 1] }), layer("Flatten")], pixels],
    [
      "Permute, there and back",
      [layer("Permute", { dims: [2, 3, 1] }), layer("Permute", { dims: [3, 1, 2] }), layer("Flatten")],
      planes,
    ],
    [
      "Permute behind Rescaling",
      [layer("Rescaling", { scale: 2, offset: 1 }), layer("Permute", { dims: [2, 3, 1] }), layer("Flatten")],
      pixels.map((value) => 2 * value + 1),
    ],
    ["Reshape with an extent that is left over", [layer("Reshape", { target_shape: [-1] })], planes],
  ])("%s", (_, layers, expected) => {
    const { chain } = read([inputLayer([2, 2, 3]), ...layers], 12);
    expect(logitsOf(chain, planes)).toEqual(expected);
    expect(chain.input).toEqual({ shape: [2, 2, 3] });
  });

  test("Flatten with channels first leaves one axis as it is", () => {
    const { chain } = read([inputLayer([3]), layer("Flatten", { data_format: "channels_first" })], 3);
    expect(logitsOf(chain, [1, 2, 3])).toEqual([1, 2, 3]);
  });

  test("are those that the model was built with where no layer says them", () => {
    const flatten = layer("Flatten", { data_format: "channels_first" });
    const { chain } = read([flatten], 12, { model: { build_input_shape: [null, 2, 2, 3] } });
    expect(logitsOf(chain, planes)).toEqual(pixels);
    expect(() => read([flatten], 12)).toThrow(/moves axes of an input of unknown shape/);
  });

  test("are refused where they do not fit", () => {
    expect(() => read([inputLayer([2, 3]), layer("Permute", { dims: [1, 1] })], 6)).toThrow(
      /each of 1, 2 once\n.*1, 1/,
    );
    expect(() => read([inputLayer([2, 3]), layer("Reshape", { target_shape: [-1, 4] })], 6)).toThrow(/6 numbers/);
    expect(() => read([inputLayer([2, 3]), layer("Flatten", { data_format: "NCHW" })], 6)).toThrow(/data_format of/);
    const behind = [
      inputLayer([6]),
      sumLayer(6),
      layer("Reshape", { target_shape: [2, 3] }),
      layer("Softmax", { axis: -1 }),
    ];
    expect(() => madeUpKeras({ layers: behind }, [6])).toThrow(/one vector of classes a sample\n.*\[2, 3\]/);
  });
});

describe("an input layer", () => {
  test("of bytes takes them as they are, and one of real numbers does not", () => {
    expect(read([inputLayer([2], { dtype: "uint8" })], 2).chain.input).toEqual({ shape: [2], whole: true });
    expect(read([inputLayer([2], { dtype: "float32" })], 2).chain.input).toEqual({ shape: [2] });
    expect(() => read([inputLayer([2], { dtype: "string" })], 2)).toThrow(/dtype of InputLayer_0.*\n[\s\S]*string/);
  });
});

describe("an option of a layer", () => {
  test.each<[string, MadeUpLayer, RegExp]>([
    ["unknown to Dense", sumLayer(2, { sparsity: 0.5 }), /sparsity of dense_2 is not understood\n.*a Dense of units/],
    ["of low-rank adaptation", sumLayer(2, { lora_rank: 4 }), /lora_rank of dense_2.*\n.*null\n.*4/],
    ["of quantised weights", sumLayer(2, { quantization_config: { mode: "int8" } }), /quantization_config of dense_2/],
    [
      "of quantised computing",
      sumLayer(2, { dtype: { class_name: "QuantizedDTypePolicy", config: { name: "int8" } } }),
      /dtype of dense_2/,
    ],
    ["of another type", sumLayer(2, { dtype: "int8" }), /dtype of dense_2 is not understood\n.*float32.*\n.*int8/],
    ["of renormalised batches", layer("BatchNormalization", { renorm: true }), /renorm of .*\n.*false\n.*true/],
    ["unknown to Flatten", layer("Flatten", { order: "F" }), /order of Flatten_1 is not understood/],
    [
      "unknown to Dropout",
      layer("Dropout", { rate: 0.5, always: true }),
      /always of Dropout_1.*\n.*no options\n.*true/,
    ],
    ["of ragged inputs", layer("InputLayer", { ragged: true }), /ragged of InputLayer_1/],
    ["of bounded ReLU", layer("ReLU", { max_value: 6 }), /max_value of ReLU_1/],
    ["of Softmax over another axis", layer("Softmax", { axis: 0 }), /axis of Softmax_1/],
  ])("%s is refused by its name", (_, given, message) => {
    const layers = given.class_name === "Dense" ? [inputLayer([2]), given] : [inputLayer([2]), given, sumLayer(2)];
    expect(() => madeUpKeras({ layers }, [2])).toThrow(message);
  });

  test("that changes nothing is taken", () => {
    const harmless = {
      trainable: false,
      dtype: { module: "keras", class_name: "DTypePolicy", config: { name: "float32" }, registered_name: null },
      kernel_initializer: { class_name: "GlorotUniform", config: {} },
      kernel_regularizer: { class_name: "L2", config: { l2: 0.1 } },
      activity_regularizer: { class_name: "L1", config: { l1: 0.1 } },
      bias_constraint: null,
    };
    const layers = [
      inputLayer([2], { sparse: false, ragged: false, optional: false, dtype: "float32" }),
      layer("Dropout", { rate: 0.5, noise_shape: null, seed: 3 }),
      layer("GaussianNoise", { stddev: 1, seed: null }),
      sumLayer(2, harmless),
    ];
    const { chain, notes } = madeUpKeras({ layers }, [2]);
    expect(logitsOf(chain, [3, 4])).toEqual([3, 4]);
    expect(notes).toEqual([]);
  });

  test("that says another precision is told", () => {
    const { notes } = madeUpKeras({ layers: [inputLayer([2]), sumLayer(2, { dtype: "mixed_float16" })] }, [2]);
    expect(notes).toEqual([expect.stringMatching(/computed in float32.*mixed_float16/)]);
  });

  test("cannot make a class of its own one of Keras", () => {
    const own = { ...sumLayer(2), module: "my.layers", registered_name: "my>Dense" };
    expect(() => madeUpKeras({ layers: [inputLayer([2]), own] }, [2])).toThrow(
      /of its own kind\n.*Dense of Keras\n.*my\.layers/,
    );
    for (const module of ["keras.layers", "tf_keras.layers", "tensorflow.keras.layers"]) {
      const usual = { ...sumLayer(2), module, registered_name: null };
      expect(() => madeUpKeras({ layers: [inputLayer([2]), usual] }, [2])).not.toThrow();
    }
  });
});

describe("a functional model", () => {
  const keras2 = (options: object) => [[["in", 0, 0, options]]];
  const keras3 = (kwargs: object) => [
    { args: [{ class_name: "__keras_tensor__", config: { keras_history: ["in", 0, 0] } }], kwargs },
  ];
  const functional = (inbound_nodes: unknown, model = {}) => {
    const layers = [
      { ...inputLayer([2], { name: "in" }), inbound_nodes: [] },
      { ...sumLayer(2), inbound_nodes },
    ];
    return madeUpKeras({ layers, model, className: "Functional" }, [2]);
  };

  test("whose layers are told to do as in training is refused", () => {
    for (const nodes of [keras2({ training: true }), keras3({ training: true })]) {
      expect(() => functional(nodes)).toThrow(/dense_2 is called with training\n.*outside training\n.*true/);
    }
    for (const nodes of [keras2({}), keras2({ training: false, mask: null }), keras3({}), keras3({ training: null })]) {
      expect(logitsOf(functional(nodes).chain, [3, 4])).toEqual([3, 4]);
    }
    expect(() => functional(keras3({ scale: 2 }))).toThrow(/called with scale/);
  });

  test("with another output than its last layer, or more of them, is refused", () => {
    expect(() =>
      functional(keras2({}), {
        output_layers: [
          ["in", 0, 0],
          ["dense_2", 0, 0],
        ],
      }),
    ).toThrow(/other outputs/);
    expect(() => functional(keras2({}), { output_layers: [["in", 0, 0]] })).toThrow(/other outputs/);
    for (const output_layers of [[["dense_2", 0, 0]], ["dense_2", 0, 0]]) {
      expect(() => functional(keras2({}), { output_layers })).not.toThrow();
    }
  });
});
