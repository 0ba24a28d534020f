/** What a folder holds of a study that did not come to its end, and how to go on from there. */
import { dirname, join } from "node:path";
import { type ResultSink, resultNames } from "../../core/platform.ts";
import type { StudyConfig } from "../../core/study.ts";
import { given } from "../../host/given.ts";
import type { DeviceChoice } from "../../host/open-device.ts";
import { optionWords, shellWord } from "../../report/page/reproducing-command.ts";

const MODELS_FOLDER = dirname(resultNames.model(0));
/** File names have three digits: with more networks, shells sort them in another order. */
const MOST_IN_ORDER = 1000;

/** `5 networks in out/models; neurons.csv, orders.csv in out; study.json is not written`; undefined where there is nothing. */
export function keptText({ written, label }: ResultSink): string | undefined {
  const names = [...written.keys()];
  const networks = names.filter((name) => dirname(name) === MODELS_FOLDER).length;
  const tables = names.filter((name) => dirname(name) === ".");
  if (networks + tables.length === 0) return undefined;
  if (written.has(resultNames.study)) return `all results in ${label}`;
  return [
    ...(networks === 0 ? [] : [`${networks} network${networks === 1 ? "" : "s"} in ${join(label, MODELS_FOLDER)}`]),
    ...(tables.length === 0 ? [] : [`${tables.join(", ")} in ${label}`]),
    "study.json is not written",
  ].join("; ");
}

/** A folder beside the one that has the networks. */
const besides = (out: string) => `${out.replace(/[/\\]+$/, "")}-analysis`;

/**
 * The command that measures and ablates the networks of an interrupted run without training them again, its results those
 * of the run; undefined where not all are there, or no command does that.
 */
export function continuingCommand(
  // Networks say themselves how their inputs were standardized.
  {
    repeats,
    hidden,
    activation,
    epochs,
    batchSize,
    learningRate,
    l2,
    standardize,
    noisyLabels,
    ...options
  }: StudyConfig,
  { adapter, memory, tiles }: DeviceChoice,
  { label: out, written }: ResultSink,
): string | undefined {
  const isThere = (_: unknown, repeat: number) => written.has(resultNames.model(repeat));
  const isTrained = Array.from({ length: repeats }, isThere).every((there) => there);
  if (!isTrained || repeats > MOST_IN_ORDER) return undefined;
  const device = given({ adapter, memory, tiles });
  const models = `${shellWord(join(out, MODELS_FOLDER))}/*.safetensors`;
  const words = optionWords({ ...options, ...device, out: besides(out) });
  return ["gpu-importance", "analyze", models, ...words].join(" ");
}
