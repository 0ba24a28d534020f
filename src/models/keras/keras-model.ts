/** Keras models: .h5 files of Keras 1 to 3, and .keras archives. */
import { type Hdf5Object, isHdf5, readHdf5 } from "../hdf5/hdf5-object.ts";
import type { ModelReader, ReadChain } from "../model-reader.ts";
import { type Refuse, reasonOf, refuseIn } from "../refuse.ts";
import { openZip } from "../zip.ts";
import { kerasChain } from "./keras-config.ts";
import type { WeightsOf } from "./keras-place.ts";

const FIX = "save the whole model again with model.save(), as a chain of Dense layers";

function parseJson(text: string, what: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse({ what: `${what} cannot be read`, expected: "JSON", found: reasonOf(error) }, error);
  }
}

function missing(what: string, refuse: Refuse): never {
  return refuse({ what: `${what} is missing`, expected: "a model saved as a whole", found: "none" });
}

/** A layer's group in an .h5 file lists its weights: `dense/kernel:0`, `sequential/dense/kernel`. */
function h5Weights(layers: Hdf5Object, refuse: Refuse): WeightsOf {
  return ({ name: layerName }, parts) => {
    const group = layers.find(layerName) ?? missing(`the group ${layerName}`, refuse);
    // h5py writes an empty list of names as numbers.
    const paths =
      parts.length === 0 ? [] : (group.texts("weight_names") ?? missing(`weight_names of ${layerName}`, refuse));
    const pathOf = (part: string) =>
      paths.find((candidate) => candidate.split("/").at(-1)?.replace(/:0$/, "") === part);
    if (paths.length !== parts.filter((part) => pathOf(part) !== undefined).length) {
      refuse({
        what: `the weights of ${layerName} are not understood`,
        expected: parts.join(" and "),
        found: paths.join(", "),
      });
    }
    return (part) => {
      const path = pathOf(part);
      return path === undefined ? undefined : (group.find(path) ?? missing(path, refuse)).tensor();
    };
  };
}

function readH5(bytes: Uint8Array, refuse: Refuse): ReadChain {
  return readHdf5(bytes, refuse, (root) => {
    const config = root.texts("model_config")?.[0] ?? missing("model_config", refuse);
    const layers = root.find("model_weights") ?? missing("the group model_weights", refuse);
    return kerasChain(parseJson(config, "model_config", refuse), h5Weights(layers, refuse), refuse);
  });
}

/** How groups of layers with weights are called. */
const groupNames: Readonly<Record<string, string>> = {
  Dense: "dense",
  Normalization: "normalization",
  BatchNormalization: "batch_normalization",
};

/** Layers of a class are numbered in the order of the model, whatever they are called; so are their weights. */
function archiveWeights(root: Hdf5Object, refuse: Refuse): WeightsOf {
  const layers =
    root.find("layers") ?? root.find("_layer_checkpoint_dependencies") ?? missing("the group layers", refuse);
  return ({ className, name: layerName, index }, parts) => {
    const path = `${groupNames[className]}${index === 0 ? "" : `_${index}`}`;
    const variables = layers.find(`${path}/vars`) ?? missing(`the group ${path}/vars of ${layerName}`, refuse);
    const said = variables.texts("name")?.[0] ?? layerName;
    if (said !== layerName) {
      refuse({ what: `the group ${path} belongs to another layer`, expected: layerName, found: said });
    }
    if (variables.names().length > parts.length) {
      const expected = parts.map((part, place) => `${place} (${part})`).join(" and ");
      const found = variables.names().join(", ");
      refuse({ what: `the weights of ${layerName} are not understood`, expected, found });
    }
    return (part) => variables.find(String(parts.indexOf(part)))?.tensor();
  };
}

function readArchive(bytes: Uint8Array, file: string, refuse: Refuse): ReadChain {
  const archive = openZip(bytes, file, refuse);
  const config = archive.read("config.json") ?? missing("config.json", refuse);
  const weights = archive.read("model.weights.h5") ?? missing("model.weights.h5", refuse);
  const json = parseJson(new TextDecoder().decode(config), "config.json", refuse);
  return readHdf5(weights, refuse, (root) => kerasChain(json, archiveWeights(root, refuse), refuse));
}

export const kerasH5Reader: ModelReader = {
  format: "Keras HDF5",
  suffixes: [".h5", ".hdf5"],
  begins: isHdf5,
  read: async ({ name, bytes }) => readH5(bytes, refuseIn(name, FIX)),
};

export const kerasArchiveReader: ModelReader = {
  format: "Keras archive",
  suffixes: [".keras"],
  begins: () => false,
  read: async ({ name, bytes }) => readArchive(bytes, name, refuseIn(name, FIX)),
};
