/** `gpu-importance bench`: times the sweeps and the training on one adapter, checked before they are timed. */
import { Argument, type Command, Option } from "commander";
import { benchSweep, type SweepBenchRow } from "../bench/sweep-bench.ts";
import { benchTrain, type TrainBenchRow } from "../bench/train-bench.ts";
import { RunError } from "../core/errors.ts";
import { type Activation, activations } from "../core/network.ts";
import { createContext } from "../gpu/context.ts";
import { selfTest } from "../gpu/self-test.ts";
import { describeAdapter, openAdapter } from "../platform/node/adapters.ts";
import { integer, oneOf, text, widths } from "./option-values.ts";
import { print } from "./standard-streams.ts";
import { WIDEST } from "./study-options.ts";
import { addTilesOption, chooseTiles, describeTiles, type TileOption } from "./tile-choice.ts";
import { wrapped } from "./wrapped-text.ts";

const benches = ["train", "sweep", "all"] as const;
type Bench = (typeof benches)[number];

interface BenchOptions {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly repeats: number;
  readonly batchSize: number;
  readonly samples: number;
  readonly runs: number;
  readonly adapter?: string;
  readonly tiles?: TileOption;
  readonly json?: boolean;
}

const clock = () => performance.now();

function sweepLines(rows: readonly SweepBenchRow[]): string[] {
  if (rows.length === 0) return [];
  const { widths, activation, samples, runs } = rows[0]!;
  const cell = (value: number, digits: number) => value.toFixed(digits).padStart(9);
  return [
    `sweep: ${widths.join("-")} ${activation}, ${samples} test samples; ms an evaluation, median of ${runs}`,
    "scope         full   masked     fast  full/fast  masked/fast  differences",
    ...rows.map(({ scope, fullMs, maskedMs, fastMs, fullRatio, ratio, ...row }) => {
      const times = cell(fullMs, 3) + cell(maskedMs, 3) + cell(fastMs, 4);
      const differences = `${row.maxCorrectDifference} of ${samples}, ${row.maxLossDifference.toExponential(1)}`;
      return `${scope.padEnd(9)}${times}${fullRatio.toFixed(1).padStart(10)}x${ratio.toFixed(1).padStart(12)}x  ${differences}`;
    }),
    "",
  ];
}

function trainLines(rows: readonly TrainBenchRow[]): string[] {
  return rows.flatMap(({ widths, activation, repeats, batchSize, samplesPerSecond, gflops, ...timing }) => [
    `train: ${widths.join("-")} ${activation}, ${repeats} networks at once, batch ${batchSize}`,
    `  ${samplesPerSecond.toFixed(0)} samples/s of all networks, ${gflops.toFixed(2)} GFLOP/s in products`,
    `  ${timing.medianMs.toFixed(0)} ms an epoch (${timing.lowestMs.toFixed(0)}..${timing.highestMs.toFixed(0)}), median of ${timing.runs}`,
    "",
  ]);
}

/** @throws RunError where no adapter can be used, or the one that is used computes wrongly. */
async function bench(what: Bench, options: BenchOptions): Promise<void> {
  const { adapter, facts } = await openAdapter({ name: options.adapter });
  const choice = await chooseTiles(await createContext(adapter, facts), options.tiles);
  using gpu = choice.gpu;
  const { product, histogram } = await selfTest(gpu, clock);
  if (!product.passed || !histogram.passed) {
    throw new RunError({
      what: "the adapter computes wrongly",
      where: facts.description,
      fix: "gpu-importance doctor",
    });
  }
  const train = what === "sweep" ? [] : [await benchTrain(gpu, clock, options)];
  const sweep = what === "train" ? [] : await benchSweep(gpu, clock, options);
  if (options.json) {
    await print(`${JSON.stringify({ adapter: facts, tiles: gpu.tiles, rows: [...train, ...sweep] }, null, 2)}\n`);
    return;
  }
  await print(
    [
      ...wrapped("adapter: ", describeAdapter(facts)),
      ...wrapped("kernels: ", describeTiles(choice)),
      "",
      ...trainLines(train),
      ...sweepLines(sweep),
    ].join("\n"),
  );
}

/** Adds the command `bench` to the program. */
export function addBenchCommand(program: Command): void {
  const what = new Argument("[what]", "what to time").argParser(oneOf(benches)).default("all");
  const command = program
    .command("bench")
    .description("time the sweeps and the training on one adapter")
    .showHelpAfterError("  to do:    gpu-importance bench --help lists the options")
    .addArgument(what);
  const add = <T>(flags: string, help: string, parse: (value: string) => T, fallback: T, shown: string) =>
    command.addOption(new Option(flags, help).argParser(parse).default(fallback, shown));
  add("--hidden <widths>", "widths of the hidden layers", widths(WIDEST), [100, 100], "100,100");
  add("--activation <name>", activations.join(", "), oneOf(activations), "sigmoid", "sigmoid");
  add("--repeats <n>", "networks that train at once", integer(1, 10_000), 5, "5");
  add("--batch-size <n>", "samples of a training step", integer(1, 65_536), 32, "32");
  add("--samples <n>", "test samples of a sweep", integer(1, 1_000_000), 2000, "2000");
  add("--runs <n>", "counted runs of each", integer(1, 1000), 5, "5");
  addTilesOption(command)
    .addOption(
      new Option("--adapter <text>", "part of the name of the adapter to use").argParser(
        text("part of an adapter's name"),
      ),
    )
    .option("--json", "print rows as JSON")
    .option("--debug", "show stack traces")
    .action((named: Bench, options: BenchOptions) => bench(named, options));
}
