/** TensorFlow.js layers models: model.json says layers and weights, whose bytes lie in files beside it. */
import { z } from "zod";
import { appendAll } from "../../core/long-arrays.ts";
import { schemaFault } from "../../core/schema-fault.ts";
import type { ModelFiles, ModelReader, ReadChain } from "../model-reader.ts";
import { type Refuse, reasonOf, refuseIn } from "../refuse.ts";
import { floatBytes, readFloats, sizeOf, type Tensor } from "../tensor.ts";
import { kerasChain } from "./keras-config.ts";
import type { WeightsOf } from "./keras-place.ts";

const FIX = "save the model again with model.save(), as a layers model of dense layers, not quantised";
const OPENING_BRACE = 0x7b;
/** TensorFlow.js writes 4 MiB a file. */
const MOST_SHARDS = 1024;

const groupSchema = z.looseObject({
  paths: z.array(z.string()).min(1),
  weights: z.array(
    z.looseObject({
      name: z.string(),
      shape: z.array(z.int().min(1)),
      dtype: z.literal("float32"),
      quantization: z.undefined().optional(),
    }),
  ),
});
type WeightsGroup = z.infer<typeof groupSchema>;

const modelSchema = z.looseObject({
  format: z.literal("layers-model").optional(),
  modelTopology: z.looseObject({ model_config: z.unknown().optional() }),
  weightsManifest: z.array(groupSchema),
});

function parseModel(bytes: Uint8Array, refuse: Refuse): z.infer<typeof modelSchema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return refuse({ what: "the file cannot be read", expected: "JSON", found: reasonOf(error) }, error);
  }
  const result = modelSchema.safeParse(json);
  if (result.success) return result.data;
  const { path, expected, found } = schemaFault(result.error, json);
  return refuse({ what: `${path || "the model"} is not understood`, expected, found });
}

async function shard(path: string, files: ModelFiles, refuse: Refuse): Promise<Uint8Array> {
  const name = path.replace(/^\.\//, "");
  if (name === "" || /[/\\:\0]|^\.\.?$/.test(name)) {
    return refuse({
      what: "weights lie outside the model's folder",
      expected: "a file beside model.json",
      found: path,
    });
  }
  const found = "no such file";
  return (
    (await files.sibling(name)) ?? refuse({ what: `${name} is missing`, expected: "a file beside model.json", found })
  );
}

/** @throws RunError for more files than a network has, and for a file that is to be read twice. */
function requireShards(manifest: readonly WeightsGroup[], refuse: Refuse): void {
  const paths = manifest.flatMap((group) => group.paths);
  if (paths.length > MOST_SHARDS) {
    const expected = `at most ${MOST_SHARDS} files`;
    refuse({ what: "the weights lie in too many files", expected, found: `${paths.length}` });
  }
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) {
    refuse({ what: `${twice} is named twice among the files of weights`, expected: "each file once", found: twice });
  }
}

/** The shards of a group are one run of bytes, in which its weights follow one another. */
async function groupTensors({ paths, weights }: WeightsGroup, files: ModelFiles, refuse: Refuse): Promise<Tensor[]> {
  const lengths = weights.map(({ shape }) => sizeOf(shape) * floatBytes.float32);
  const wanted = lengths.reduce((sum, length) => sum + length, 0);
  const shards: Uint8Array[] = [];
  let present = 0;
  for (const path of paths) {
    const bytes = await shard(path, files, refuse);
    shards.push(bytes);
    present += bytes.length;
    // The others would not make it right.
    if (present > wanted) break;
  }
  if (wanted !== present) {
    const what = `${paths[0]}${paths.length > 1 ? ", ..." : ""}: the weights have the wrong length`;
    refuse({ what, expected: `${wanted} bytes`, found: `${present} bytes` });
  }
  const bytes = new Uint8Array(present);
  let end = 0;
  for (const part of shards) {
    bytes.set(part, end);
    end += part.length;
  }
  let start = 0;
  return weights.map(({ name, shape }, index) => {
    const values = readFloats(bytes.subarray(start, start + lengths[index]!), "float32");
    start += lengths[index]!;
    return { name, shape, values };
  });
}

/**
 * `dense/kernel`, or with the model's name in front.
 * @param used takes the tensors that layers ask for
 */
function weightsOf(tensors: readonly Tensor[], used: Set<Tensor>, refuse: Refuse): WeightsOf {
  return ({ name: layerName }) =>
    (part) => {
      const path = `/${layerName}/${part}`;
      const [tensor, ...others] = tensors.filter(({ name }) => `/${name}`.endsWith(path));
      if (others.length > 0) {
        refuse({ what: `${path} is there more than once`, expected: "one", found: `${others.length + 1}` });
      }
      if (tensor !== undefined) used.add(tensor);
      return tensor;
    };
}

async function read(files: ModelFiles): Promise<ReadChain> {
  const refuse = refuseIn(files.name, FIX);
  const { modelTopology, weightsManifest } = parseModel(files.bytes, refuse);
  requireShards(weightsManifest, refuse);
  const tensors: Tensor[] = [];
  for (const group of weightsManifest) appendAll(tensors, await groupTensors(group, files, refuse));
  const used = new Set<Tensor>();
  const chain = kerasChain(modelTopology.model_config ?? modelTopology, weightsOf(tensors, used, refuse), refuse);
  const unused = tensors.find((tensor) => !used.has(tensor));
  if (unused !== undefined) {
    refuse({ what: `no layer takes the weights ${unused.name}`, expected: "all weights in use", found: unused.name });
  }
  return chain;
}

export const tfjsReader: ModelReader = {
  format: "TensorFlow.js layers model",
  suffixes: [".json"],
  begins: (bytes) => bytes[0] === OPENING_BRACE,
  read,
};
