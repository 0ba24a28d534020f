/** `gpu-importance doctor`: which adapters there are, which is used and why, and whether it computes rightly. */

import type { Command } from "commander";
import { describeAdapter } from "../../core/adapter-text.ts";
import { appendAll } from "../../core/long-arrays.ts";
import { wrapped } from "../../core/wrapped-text.ts";
import { createContext } from "../../gpu/device/context.ts";
import { packageVersion } from "../../host/package-version.ts";
import { chooseTiles, describeTiles, type TileChoice, type TileOption, tileLines } from "../../host/tile-choice.ts";
import { type AdapterAttempt, dawnVersion, installAdvice, surveyAdapters } from "../../platform/node/adapters.ts";
import { type SelfTest, selfTest } from "../../tuning/self-test.ts";
import { print, printJson } from "../display/standard-streams.ts";
import { addAdapterOption, addMessageOptions, VERBOSE } from "../options/device-options.ts";
import { under, withExamples } from "../options/help.ts";
import { addTilesOption } from "../options/tiles-option.ts";
import type { Told } from "./complete.ts";

interface DoctorOptions {
  readonly adapter?: string;
  readonly verbose?: boolean;
  readonly tiles?: TileOption;
  readonly json?: boolean;
}

const limitNames = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
] as const;
const featureNames = ["timestamp-query", "subgroups", "shader-f16"] as const;

/** The form of each product's kernel, where the choice comes from, and what was measured. */
type KernelDiagnosis = Pick<TileChoice, "source" | "notes"> & {
  readonly tiles: TileChoice["gpu"]["tiles"];
  readonly milliseconds: TileChoice["milliseconds"] | null;
  /** For people. */
  readonly lines: readonly string[];
};

interface Diagnosis {
  readonly package: string;
  readonly node: string;
  readonly dawn: string;
  readonly platform: string;
  readonly attempts: readonly AdapterAttempt[];
  readonly used: string | null;
  readonly reason: string;
  readonly software: boolean | null;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<string, boolean>>;
  readonly kernels: KernelDiagnosis | null;
  readonly selfTest: SelfTest | null;
  readonly healthy: boolean;
  readonly advice: readonly string[];
}

async function diagnose({ adapter: name, tiles, verbose }: DoctorOptions): Promise<Diagnosis> {
  const { attempts, opened, problem } = await surveyAdapters({ name, driverWarnings: verbose });
  const advice = adviceFor(attempts);
  const versions = {
    package: packageVersion(),
    node: process.version,
    dawn: dawnVersion,
    platform: `${process.platform} ${process.arch}`,
  };
  if (!opened) {
    const nothing = {
      used: null,
      software: null,
      limits: {},
      features: {},
      kernels: null,
      selfTest: null,
      healthy: false,
    };
    return { ...versions, attempts, ...nothing, reason: problem?.message ?? "no adapter", advice };
  }
  const { adapter, facts, reason } = opened;
  const limits = Object.fromEntries(limitNames.map((limit) => [limit, adapter.limits[limit]]));
  const features = Object.fromEntries(featureNames.map((feature) => [feature, adapter.features.has(feature)]));
  const choice = await chooseTiles(await createContext(adapter, facts), tiles);
  using gpu = choice.gpu;
  const test = await selfTest(gpu, () => performance.now());
  return {
    ...versions,
    attempts,
    used: describeAdapter(facts),
    reason,
    software: facts.software,
    limits,
    features,
    kernels: kernelDiagnosis(choice),
    selfTest: test,
    healthy: test.product.passed && test.histogram.passed,
    advice,
  };
}

function kernelDiagnosis(choice: TileChoice): KernelDiagnosis {
  const { gpu, source, milliseconds, notes } = choice;
  const lines = [...wrapped("  ", describeTiles(choice)), ...tileLines(choice)];
  return { tiles: gpu.tiles, source, milliseconds: milliseconds ?? null, notes, lines };
}

function isUsable({ outcome }: AdapterAttempt): boolean {
  return outcome === "used" || outcome === "found";
}

/** What is missing of: a GPU, a software driver of the system. Nothing where a GPU was found, used or not. */
function adviceFor(attempts: readonly AdapterAttempt[]): readonly string[] {
  const usable = attempts.filter(isUsable);
  if (usable.length === 0) return installAdvice();
  if (usable.some(({ facts }) => facts?.software === false)) return [];
  const [gpu, ...software] = installAdvice();
  const hasSystemDriver = usable.some(({ source }) => source === "system");
  // The npm package is what brought the adapter that was found.
  return [gpu!, ...(hasSystemDriver ? [] : software.filter((line) => !line.includes("npm install")))];
}

/** Further lines of a name's text stand below its first word. */
function reasonLines(line: string): string[] {
  const lead = /^ *(?:(?:expected|found|to do): +)?/.exec(line)![0];
  return wrapped(`  ${lead}`, line.slice(lead.length));
}

function report(diagnosis: Diagnosis): string {
  const { attempts, used, reason, limits, features, kernels, selfTest: test, advice } = diagnosis;
  const lines = [
    `gpu-importance ${diagnosis.package}, Node ${diagnosis.node}, ${diagnosis.dawn}, ${diagnosis.platform}`,
    "",
    "Adapters, in the order they are tried",
    ...attempts.flatMap(({ source, outcome, detail }) =>
      wrapped(`  ${outcome.padEnd(8)} ${source.padEnd(21)} `, detail),
    ),
    "",
    ...(used === null ? ["No adapter can be used."] : wrapped("Used: ", used)),
    ...reason.split("\n").flatMap(reasonLines),
  ];
  if (test && kernels) {
    appendAll(lines, ["", "Limits", ...Object.entries(limits).map(([name, value]) => `  ${name.padEnd(36)} ${value}`)]);
    const present = Object.entries(features).map(([name, has]) => `  ${name.padEnd(36)} ${has ? "yes" : "no"}`);
    appendAll(lines, ["", "Features", ...present]);
    appendAll(lines, [
      "",
      "Kernels of products",
      ...kernels.lines,
      ...kernels.notes.flatMap((note) => wrapped("  ", note)),
    ]);
    appendAll(lines, ["", "Self-test", ...selfTestLines(test)]);
  }
  const heading = attempts.some(isUsable) ? "For more speed" : "To install";
  if (advice.length > 0) appendAll(lines, ["", heading, ...advice.flatMap((line) => wrapped("  ", line))]);
  return `${lines.join("\n")}\n`;
}

function selfTestLines({ product, histogram, elapsedMs }: SelfTest): string[] {
  const verdict = (passed: boolean) => (passed ? "right" : "WRONG");
  return [
    `  product    ${verdict(product.passed)}  largest error ${product.largestError.toExponential(1)}, allowed ${product.bound.toExponential(1)}`,
    `  histogram  ${verdict(histogram.passed)}  ${histogram.counts} counts, ${histogram.wrong} wrong`,
    `  in ${elapsedMs.toFixed(0)} ms`,
  ];
}

/** @returns whether the adapter can be used and computes rightly. */
async function doctor(options: DoctorOptions): Promise<boolean> {
  const diagnosis = await diagnose(options);
  await (options.json ? printJson(diagnosis) : print(report(diagnosis)));
  return diagnosis.healthy;
}

/** Adds the command `doctor` to the program. @param onUnhealthy told where something is wrong with the adapter */
export function completeDoctor(command: Command, { onUnhealthy }: Told): void {
  addTilesOption(addAdapterOption(under(command, "device"), "part of the name of the adapter to use"));
  under(command, "results").option("--json", "print the diagnosis as JSON");
  addMessageOptions(command, { verbose: VERBOSE }).action(async (options: DoctorOptions) => {
    if (!(await doctor(options))) onUnhealthy();
  });
  withExamples(command, "doctor", [
    { what: "Which adapter is used, and does it compute rightly?", line: "doctor" },
    { what: "The software adapter that comes along", line: "doctor --adapter swiftshader" },
  ]);
}
