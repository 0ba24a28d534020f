/** `gpu-importance bench`: times kernels, training and sweeps on one adapter, each checked before it is timed. */

import { type Command, Option } from "commander";
import { type Bench, benches, rowsOf, runSuite, type SuiteOptions } from "../../bench/suite.ts";
import { activations } from "../../core/activation.ts";
import { describeAdapter } from "../../core/adapter-text.ts";
import { RunError } from "../../core/errors.ts";
import { type ScopeKind, scopeKinds } from "../../core/scope.ts";
import { wrapped } from "../../core/wrapped-text.ts";
import { createContext } from "../../gpu/device/context.ts";
import { chooseTiles, describeTiles, type TileOption } from "../../host/tile-choice.ts";
import { openAdapter } from "../../platform/node/adapters.ts";
import { selfTest } from "../../tuning/self-test.ts";
import { benchLines } from "../display/bench-tables.ts";
import { print, printJson, tell } from "../display/standard-streams.ts";
import { addAdapterOption, addMessageOptions, VERBOSE } from "../options/device-options.ts";
import { argumentOf, under, withExamples } from "../options/help.ts";
import { decimal, integer, oneOf, someOf } from "../options/option-values.ts";
import { hiddenWidths } from "../options/study-options.ts";
import { addTilesOption } from "../options/tiles-option.ts";

interface BenchOptions extends Omit<SuiteOptions, "budgetMs"> {
  readonly seconds: number;
  readonly adapter?: string;
  readonly tiles?: TileOption;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** A walk by rank costs what one by value does. */
const benchScopes: readonly ScopeKind[] = ["layers", "network"];

const MS_A_SECOND = 1000;
const clock = () => performance.now();

/** @throws RunError where no adapter can be used, or the one that is used computes wrongly. */
async function bench(what: Bench, { seconds, adapter: name, tiles, json, verbose, ...options }: BenchOptions) {
  const { adapter, facts } = await openAdapter({ name, driverWarnings: verbose });
  const choice = await chooseTiles(await createContext(adapter, facts), tiles);
  using gpu = choice.gpu;
  const { product, histogram } = await selfTest(gpu, clock);
  if (!product.passed || !histogram.passed) {
    throw new RunError({
      what: "the adapter computes wrongly",
      where: facts.description,
      fix: "gpu-importance doctor",
    });
  }
  const onStart = (next: string) => tell(`bench: ${next}`);
  const suite = { ...options, budgetMs: seconds * MS_A_SECOND };
  const report = await runSuite(gpu, clock, what, suite, onStart);
  if (json) {
    const envelope = { adapter: facts, tiles: gpu.tiles, ceilings: report.ceilings, rows: rowsOf(report) };
    await printJson(envelope);
    return;
  }
  const head = [...wrapped("adapter: ", describeAdapter(facts)), ...wrapped("kernels: ", describeTiles(choice))];
  const lines = [...head, ...benchLines(report, options.runs)];
  await print(`${lines.join("\n")}\n`);
}

/** Adds the command `bench` to the program. */
export function completeBench(command: Command): void {
  argumentOf(command, `${benches.join(", ")}; all leaves out scaling`)
    .argParser(oneOf(benches))
    .default("all", "all");
  under(command, "work");
  const add = <T>(flags: string, help: string, parse: (value: string) => T, fallback: T, shown: string) =>
    command.addOption(new Option(flags, help).argParser(parse).default(fallback, shown));
  add("--hidden <widths>", "widths of the hidden layers", hiddenWidths, [100, 100], "100,100");
  add("--activation <name>", activations.join(", "), oneOf(activations), "sigmoid", "sigmoid");
  add("--repeats <n>", "networks side by side", integer(1, 10_000), 5, "5");
  add("--batch-size <n>", "samples of a training step", integer(1, 65_536), 32, "32");
  add(
    "--samples <n>",
    "samples of forward, histogram, levels, pairs, evidence and sweep",
    integer(1, 1_000_000),
    1024,
    "1024",
  );
  add(
    "--scopes <names>",
    `of the sweep: ${scopeKinds.join(", ")}`,
    someOf(scopeKinds),
    benchScopes,
    benchScopes.join(","),
  );
  add("--orders <n>", "orders of each scope of the sweep, at most", integer(1, 8), 8, "8");
  add("--points <n>", "sizes of each scaling table, from the smallest", integer(1, 10), 10, "all");
  add("--runs <n>", "counted runs of each row", integer(1, 1000), 20, "20");
  const seconds = decimal({ zero: true, most: 86_400 });
  add("--seconds <x>", "stop a row after this, but not before 3 runs", seconds, 5, "5");
  under(command, "results").option("--json", "print rows as JSON");
  addAdapterOption(addTilesOption(under(command, "device")));
  addMessageOptions(command, { verbose: VERBOSE }).action((named: Bench, options: BenchOptions) =>
    bench(named, options),
  );
  withExamples(command, "bench", [
    { what: "Everything but scaling", line: "bench" },
    { what: "The sweep of a network with one wide hidden layer", line: "bench sweep --hidden 1000 --activation relu" },
  ]);
}
