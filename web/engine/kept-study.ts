/** A training whose data, or a device for them, are not there: what was computed of it before is shown. */
import { RunError } from "../../src/core/errors.ts";
import { appendAll } from "../../src/core/long-arrays.ts";
import type { TrainedNetwork } from "../../src/core/network.ts";
import { scopesOf } from "../../src/core/scope.ts";
import { withOrders } from "../../src/study/part-values.ts";
import type { StudyParts } from "../../src/study/study-parts.ts";
import { EpochStore } from "./epoch-store.ts";
import type { KeptTraining } from "./kept-training.ts";
import { CurveStore, type KeptEpochs, type LabStudy } from "./lab-study.ts";

/** The newest epoch of which tables are kept, with those. */
async function newestMeasured(training: KeptTraining, epochs: EpochStore) {
  for (const epoch of epochs.kept.toReversed()) {
    const networks = epochs.networks(epoch);
    const parts = training.parts(epoch, training.record.origin, networks);
    const found = await Promise.all(networks.map(({ repeat }) => parts.find("table", repeat)));
    const tables = found.filter((table) => table !== undefined);
    if (tables.length === networks.length) return { epoch, networks, parts, tables };
  }
  return undefined;
}

/** Curves and single removals, as far as they are kept. */
async function keptRemovals(parts: StudyParts, networks: readonly TrainedNetwork[]) {
  const { config } = parts;
  const [curves, singles, orders]: [CurveStore, LabStudy["singles"], LabStudy["orders"][number][]] = [
    new CurveStore(),
    [],
    [],
  ];
  for (const { repeat } of networks) {
    const own = await parts.orders(repeat);
    appendAll(orders, own);
    appendAll(singles, (await parts.find("removals", repeat, { kind: "singles" }))?.singles ?? []);
    for (const scope of scopesOf(config.hidden.length, config.scopes)) {
      for (const mode of config.modes) {
        const removals = await parts.find("removals", repeat, { kind: "curves", scope, mode });
        if (removals !== undefined) curves.add(withOrders(removals.curves, own));
      }
    }
  }
  return { filedCurves: curves, singles, orders };
}

/**
 * @param lacking why nothing more can be computed
 * @throws RunError where none of its epochs was measured
 */
export async function keptStudy(training: KeptTraining, lacking: string): Promise<LabStudy> {
  const { config, record, course } = training;
  const store = new EpochStore(config.repeats);
  await training.networks((epoch, network) => store.add(epoch, [network]));
  const newest = await newestMeasured(training, store);
  if (newest === undefined) {
    const what = `training ${course.number} cannot be shown yet: its neurons are to be measured`;
    throw new RunError({ what, found: lacking });
  }
  const { epoch, networks, parts, tables } = newest;
  const epochs: KeptEpochs = {
    id: training.id,
    kept: [epoch],
    async study() {
      throw new RunError({ what: "other epochs are to be measured first", found: lacking });
    },
  };
  const summaries = tables.map(({ accuracies }, index) => ({ ...accuracies, trainLoss: networks[index]!.trainLoss }));
  return {
    origin: "trained",
    label: "",
    provenance: { started: course.started, elapsedMs: {} },
    config: parts.config,
    dataset: record.dataset,
    networks,
    repeats: summaries,
    neurons: tables.map(({ table }) => table),
    ...(await keptRemovals(parts, networks)),
    missing: [],
    live: undefined,
    lacking,
    warnings: course.warnings,
    notes: [],
    epochs,
    epoch,
  };
}
