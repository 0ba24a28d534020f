/** The declarations as a stranger meets them: a strict project beside an installed package. */
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "../support/command-line.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const project = scratchFolder();
mkdirSync(join(project, "node_modules/@types"), { recursive: true });
for (const name of ["@types/node", "undici-types"])
  symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
symlinkSync(root, join(project, "node_modules/gpu-importance"));
writeFileSync(join(project, "package.json"), '{ "type": "module" }');
for (const name of ["activations.mjs", "analyze.mjs", "measure.mjs"])
  copyFileSync(join(root, "examples/library", name), join(project, name));

const typed = (body: string) => `
import { analyze, type AnalyzeOptions, type Dataset, type Network, openDevice, type StudyResults } from "gpu-importance";
const layer = { inputs: 2, outputs: 2, weights: new Float32Array(4), biases: new Float32Array(2) };
const network: Network = { activation: "relu", layers: [layer, layer] };
const split = { count: 1, inputs: new Uint8Array(2), labels: new Uint16Array(1) };
const parts = { train: split, validation: split, test: split };
const data: Dataset = { name: "made", features: 2, sampleShape: [2], classes: 2, ...parts, sha256: "" };
export async function made(options: AnalyzeOptions): Promise<StudyResults> {
  using gpu = await openDevice();
  const results = await analyze(gpu, data, [network, "network.onnx"], options);
  const bits: number = results.neurons[0]!.measures["entropy"]![0]!;
  ${body}
  return bits > 0 ? results : analyze(gpu, "mnist", [network], { bits: 2, bins: "equal-width" });
}
`;

/** Messages of the compiler for files of the project. */
function complaints(files: readonly string[]): string[] {
  const program = ts.createProgram(
    files.map((file) => join(project, file)),
    {
      strict: true,
      noEmit: true,
      allowJs: true,
      checkJs: true,
      skipLibCheck: true,
      types: ["node"],
      typeRoots: [join(project, "node_modules/@types")],
      lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    },
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
}

test("the examples and a program with networks of its own compile", () => {
  writeFileSync(join(project, "made.ts"), typed(""));
  expect(complaints(["activations.mjs", "analyze.mjs", "measure.mjs", "made.ts"])).toEqual([]);
});

test("a wrong use does not compile, so the types say something", () => {
  writeFileSync(join(project, "wrong.ts"), typed('results.curves[0]!.order.scope = "all";'));
  writeFileSync(join(project, "misspelt.ts"), 'import { analyse } from "gpu-importance";\nexport { analyse };');
  expect(complaints(["wrong.ts"]).join()).toMatch(/wrong\.ts.*scope/);
  expect(complaints(["misspelt.ts"]).join()).toMatch(/no exported member.*analyse/);
});
