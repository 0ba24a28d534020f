/** Writes a network of any format that is read here in each of the formats that are written, for check_exports.py. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { toNetwork } from "../../src/core/layer-chain.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";

const [model, folder] = process.argv.slice(2);
if (model === undefined || folder === undefined) throw new Error("usage: write_exports.ts MODEL FOLDER");
const { chain, notes } = await readModel({
  name: basename(model),
  bytes: await readFile(model),
  siblings: () => readdir(dirname(model)),
  sibling: (name) => readFile(join(dirname(model), name)),
});
const network = toNetwork(chain, model);
const base = join(folder, basename(model, extname(model)));
await mkdir(folder, { recursive: true });
await writeFile(`${base}.safetensors`, encodeSafetensors(network));
await writeFile(`${base}.npz`, encodeNpz(network));
await writeFile(`${base}.onnx`, encodeOnnx(network));
for (const note of notes) console.error(note);
