/**
 * Which form of each product's kernel suits this device: each is checked on whole numbers, then timed. It takes about a
 * second, so whoever calls keeps the outcome. Software adapters are not asked: what else a machine does would decide
 * between forms that are nearly as fast, and with the form the rounding (`usualTiles` in context.ts). Their sizes are for
 * tests.
 */
import { RunError } from "../core/errors.ts";
import { smallest } from "../core/long-arrays.ts";
import type { Clock } from "../core/platform.ts";
import { everyProduct, type Product, products, type TileForm, type TileForms } from "../core/tiles.ts";
import { availableForms, type GpuContext, withTiles } from "../gpu/device/context.ts";
import { read } from "../gpu/device/device-array.ts";
import { type Recorder, submit } from "../gpu/device/recorder.ts";
import { prepareTrials, type Trial } from "./calibration-trials.ts";

/** Milliseconds of a product's trials in each form; a form that is not there was wrong or cannot run. */
type FormTimes = Readonly<Partial<Record<TileForm, number>>>;

export interface Calibration {
  readonly tiles: TileForms;
  readonly milliseconds: Readonly<Record<Product, FormTimes>>;
}

/** Dispatches in one timed submit: a GPU's single dispatch is shorter than what it costs to wait for it. */
const DISPATCHES = { software: 4, hardware: 50 };
/** The shortest counts: whatever else the machine does can only lengthen a run. */
const RUNS = 8;
/** A form so much slower than the best after some runs, since any one may be disturbed, is not timed again. */
const HOPELESS = 3;
const RUNS_BEFORE_HOPELESS = 3;
/** The usual form stays unless another takes less than this share of its time, so that noise does not change results. */
const CLEARLY_FASTER = 0.8;

/**
 * Tries all forms that `gpu` can run; `gpu.tiles` holds the usual ones.
 * @throws RunError where no form of a product computes rightly, or with what the device reported.
 */
export async function calibrate(gpu: GpuContext, clock: Clock): Promise<Calibration> {
  using prepared = prepareTrials(gpu);
  const sums = Object.fromEntries(products.map((name) => [name, {}])) as Record<
    Product,
    Partial<Record<TileForm, number>>
  >;
  for (const trial of prepared.trials) {
    const times = await timeForms(gpu, trial, clock);
    sums[trial.product] = addedUp(sums[trial.product], times);
  }
  const chosen = products.map((name) => [name, formFor(gpu, name, sums[name])]);
  return { tiles: Object.fromEntries(chosen) as TileForms, milliseconds: sums };
}

/**
 * On software adapters workgroup memory is memory like any other, and barriers make the shared form 5 to 30 times slower
 * and seconds to compile: there is nothing to find out.
 */
function formsToTry(gpu: GpuContext): readonly TileForm[] {
  return availableForms(gpu).filter((form) => form !== "shared" || !gpu.facts.software);
}

/** Forms that are in both, or in the second where the first is empty. */
function addedUp(before: FormTimes, added: FormTimes): FormTimes {
  const first = Object.keys(before).length === 0;
  const forms = (Object.keys(added) as TileForm[]).filter((form) => first || before[form] !== undefined);
  return Object.fromEntries(forms.map((form) => [form, (before[form] ?? 0) + added[form]!]));
}

/**
 * Shortest times of one trial in every form; a form that computes wrongly is left out. The forms take turns, so that
 * whatever else keeps the machine busy meets all of them.
 */
export async function timeForms(gpu: GpuContext, trial: Trial, clock: Clock): Promise<FormTimes> {
  const kernels = await rightKernels(gpu, trial);
  const times: Partial<Record<TileForm, number>> = {};
  for (let run = 0; run < RUNS; run++) {
    const best = smallest(Object.values(times));
    for (const [form, encode] of kernels) {
      const before = times[form] ?? Number.POSITIVE_INFINITY;
      if (run >= RUNS_BEFORE_HOPELESS && before > HOPELESS * best) continue;
      const start = clock();
      await runTimed(gpu, encode);
      times[form] = Math.min(before, clock() - start);
    }
  }
  return times;
}

type Encode = (to: Recorder) => void;

async function rightKernels(gpu: GpuContext, trial: Trial): Promise<Map<TileForm, Encode>> {
  const kernels = new Map<TileForm, Encode>();
  for (const form of formsToTry(gpu)) {
    const encode = await trial.bind(withTiles(gpu, everyProduct(form)));
    if (await isRight(gpu, trial, encode)) kernels.set(form, encode);
  }
  return kernels;
}

async function runTimed(gpu: GpuContext, encode: Encode): Promise<void> {
  const dispatches = DISPATCHES[gpu.facts.software ? "software" : "hardware"];
  submit(gpu, "calibrate", (to) => {
    for (let count = 0; count < dispatches; count++) encode(to);
  });
  await gpu.finished();
}

/** Runs the kernel once, which also compiles it for good, and compares every network's values with the host's. */
async function isRight(gpu: GpuContext, { output, expected }: Trial, encode: Encode): Promise<boolean> {
  submit(gpu, "calibrate", encode, [output.buffer]);
  const got = await read(gpu, output);
  return got.every((value, index) => value === expected[index % expected.length]);
}

function formFor(gpu: GpuContext, name: Product, times: FormTimes): TileForm {
  const form = fastestForm(gpu.tiles[name], times);
  if (form !== undefined) return form;
  throw new RunError({
    what: `the adapter computes ${name} wrongly in every form`,
    where: gpu.facts.description,
    fix: "another --adapter; gpu-importance doctor lists them",
  });
}

/** The fastest form, or the usual one where that is nearly as fast; undefined where there is none. */
export function fastestForm(usual: TileForm, times: FormTimes): TileForm | undefined {
  const [first] = (Object.keys(times) as TileForm[]).sort((a, b) => times[a]! - times[b]!);
  if (first === undefined || times[usual] === undefined) return first;
  return times[first]! < CLEARLY_FASTER * times[usual] ? first : usual;
}
