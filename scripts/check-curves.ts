/**
 * Checks every number of curves.csv and single.csv against a masked forward pass in float64:
 *   npm run build && npx tsx scripts/check-curves.ts DATA MODEL... [--adapter NAME] [--sweep fast|masked]
 * has `gpu-importance analyze` analyse each network in all scopes, orders and modes at every step, reads the files back,
 * and recomputes every point from the network's file, with the means of neurons.csv. Counts of correct samples must be
 * equal. Where one is not, the samples that rounding to float32 may tip (their label's logit lies as close to another as
 * the bounds of both reach) must explain it. Ends with 1 where a count or a loss is not explained.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { sweepTolerance } from "../src/bench/sweep-bench.ts";
import type { AblationMode, NeuronAddress } from "../src/core/ablation.ts";
import type { Network } from "../src/core/network.ts";
import type { NeuronTable } from "../src/core/neuron-table.ts";
import { inputsForNetworks } from "../src/data/inputs/inputs-for-networks.ts";
import { loadData, loadNetwork } from "../src/index.ts";
import { folderSource } from "../src/platform/node/files.ts";
import { removalWalk, type WalkBasis, type WalkOutcome, walkBasis } from "../src/reference/removal-walk.ts";
import { readStudyFiles } from "../src/report/files/read-study.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { adapter: { type: "string" }, sweep: { type: "string", default: "fast" } },
});
const [data, ...models] = positionals;
if (data === undefined || models.length === 0)
  throw new Error("usage: check-curves.ts DATA MODEL... [--adapter NAME] [--sweep fast|masked]");

const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0);

/** What was seen of one network's points. */
class Comparison {
  points = 0;
  equal = 0;
  /** Largest difference of a count of correct samples. */
  largest = 0;
  /** Samples that rounding may tip, over all points, and the most at one point. */
  undecided = 0;
  mostUndecided = 0;
  /** Largest difference of a loss, as a share of it. */
  loss = 0;
  /** Points that differ, and the samples that rounding may tip there. */
  readonly differing: string[] = [];
  readonly faults: string[] = [];

  /** @param perClass of `correct`, where the file says it */
  compare(where: string, correct: number, loss: number, wanted: WalkOutcome, perClass?: Uint32Array): void {
    const [right, undecided] = [sum(wanted.correct), sum(wanted.undecided)];
    const difference = Math.abs(correct - right);
    const isSame = difference === 0 && (perClass?.every((count, label) => count === wanted.correct[label]) ?? true);
    this.points++;
    if (isSame) this.equal++;
    else this.differing.push(`${where}: ${correct} correct, in float64 ${right}, ${undecided} near ties`);
    this.largest = Math.max(this.largest, difference);
    this.undecided += undecided;
    this.mostUndecided = Math.max(this.mostUndecided, undecided);
    const share = Math.abs(loss / wanted.loss - 1);
    this.loss = Math.max(this.loss, share);
    if (!(share <= sweepTolerance.loss)) this.faults.push(`${where}: loss ${loss}, expected ${wanted.loss}`);
    this.#requireExplained(where, [correct], [right], [sum(wanted.undecidedCorrect)], [undecided]);
    if (perClass === undefined) return;
    this.#requireExplained(where, perClass, wanted.correct, wanted.undecidedCorrect, wanted.undecided);
  }

  /** A count may be anything between none and all of the undecided samples being correct, beside the sure ones. */
  #requireExplained(
    where: string,
    found: ArrayLike<number>,
    right: ArrayLike<number>,
    undecidedRight: ArrayLike<number>,
    undecided: ArrayLike<number>,
  ): void {
    for (let at = 0; at < found.length; at++) {
      const least = right[at]! - undecidedRight[at]!;
      if (found[at]! >= least && found[at]! <= least + undecided[at]!) continue;
      this.faults.push(`${where}: ${found[at]} correct, expected ${least} to ${least + undecided[at]!}`);
    }
  }
}

/** Per hidden layer, what its neurons' outputs become. */
function constantsOf(network: Network, table: NeuronTable, mode: AblationMode): Float32Array[] {
  const constants = network.layers.slice(0, -1).map(({ outputs }) => new Float32Array(outputs));
  if (mode === "zero") return constants;
  for (let row = 0; row < table.rows; row++)
    constants[table.layer[row]! - 1]![table.neuron[row]!] = table.meanActivation[row]!;
  return constants;
}

function requireEqual(what: string, found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${what}: ${found}, expected ${wanted}`);
}

type Results = Required<Awaited<ReturnType<typeof readStudyFiles>>>;

function compareCurves(basis: WalkBasis, { neurons, orders, curves, study }: Results, into: Comparison): void {
  const { modes } = study.config;
  requireEqual("curves", curves.length, orders.length * modes.length);
  for (const { order, mode, removed, correct, loss } of curves) {
    const { scope, measure, direction, draw } = order;
    const where = `${scope}, ${measure}, ${direction}, draw ${draw}, ${mode}`;
    requireEqual(`points of ${where}`, removed.length, order.neurons.length + 1);
    const constants = constantsOf(basis.network, neurons[0]!, mode);
    for (const [step, outcome] of removalWalk(basis, order.neurons, constants, removed).entries())
      into.compare(`${where}, ${removed[step]} removed`, correct[step]!, loss[step]!, outcome);
  }
}

function compareSingles(basis: WalkBasis, { neurons, singles, study }: Results, into: Comparison): void {
  const hidden = basis.network.layers.slice(0, -1);
  requireEqual("tables of single.csv", singles.length, hidden.length * study.config.modes.length);
  for (const { layer, mode, correct, loss, correctPerClass } of singles) {
    requireEqual(`neurons of layer ${layer}`, correct.length, hidden[layer - 1]!.outputs);
    const constants = constantsOf(basis.network, neurons[0]!, mode);
    for (let neuron = 0; neuron < correct.length; neuron++) {
      const address: NeuronAddress = { layer, neuron };
      const [outcome] = removalWalk(basis, [address], constants, [1]);
      const classes = outcome!.correct.length;
      const perClass = correctPerClass!.subarray(neuron * classes, (neuron + 1) * classes);
      const where = `layer ${layer}, neuron ${neuron} alone, ${mode}`;
      into.compare(where, correct[neuron]!, loss[neuron]!, outcome!, perClass);
    }
  }
}

const LINES_SHOWN = 10;

async function check(model: string, out: string): Promise<void> {
  const adapter = values.adapter === undefined ? [] : ["--adapter", values.adapter];
  const args = ["analyze", model, "--data", data!, "--out", out, "--sweep", values.sweep, "--no-report", "--quiet"];
  execFileSync(process.execPath, ["dist/cli.js", ...args, ...adapter], { stdio: ["ignore", "ignore", "inherit"] });
  const files = (await readStudyFiles(folderSource(out), model)) as Results;
  const { network } = await loadNetwork(model);
  const { test } = inputsForNetworks(await loadData(data!), [{ file: model, network }]).dataset;
  const started = performance.now();
  const basis = walkBasis(network, test);
  const [curves, singles] = [new Comparison(), new Comparison()];
  compareCurves(basis, files, curves);
  compareSingles(basis, files, singles);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `${basename(model)}, ${files.study.provenance.adapter.description}, ${test.count} test samples (${seconds} s)`,
  );
  for (const [name, found] of Object.entries({ "curves.csv": curves, "single.csv": singles })) {
    const { points, equal, largest, undecided, mostUndecided, loss, differing, faults } = found;
    const ties = `${undecided} near ties, at most ${mostUndecided} a point`;
    console.log(`  ${name}: ${equal} of ${points} points equal, counts differ by at most ${largest} (${ties});`);
    console.log(`    losses by at most ${loss.toExponential(1)} of themselves; ${faults.length} not explained`);
    for (const line of [...faults, ...differing].slice(0, LINES_SHOWN)) console.log(`    ${line}`);
    if (faults.length > 0) process.exitCode = 1;
  }
}

const scratch = mkdtempSync(join(tmpdir(), "gpu-importance-curves-"));
try {
  for (const [index, model] of models.entries()) await check(model, join(scratch, String(index)));
} finally {
  rmSync(scratch, { recursive: true });
}
