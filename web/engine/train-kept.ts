/** Trains the networks of a training, and keeps it on its way. */
import type { LabDevice } from "./lab-device.ts";
import type { LabNotice } from "./protocol.ts";
import { clock, train } from "./study-stages.ts";
import type { TrainedEpochs } from "./trained-epochs.ts";
import { TrainingRecord } from "./training-record.ts";
import type { WorkGate } from "./work-gate.ts";

interface KeptTrainingWatcher {
  readonly gate: WorkGate;
  readonly post: (notice: LabNotice) => void;
  /** Told after every epoch but the last; training goes on when it resolves. */
  readonly onPassing: () => Promise<void>;
}

/** @throws StoppedError, RunError; what was trained by then is kept */
export async function trainKept(
  device: LabDevice,
  epochs: TrainedEpochs,
  { gate, post, onPassing }: KeptTrainingWatcher,
): Promise<void> {
  const { training, dataset } = epochs;
  const { config, course } = training;
  const begin = clock();
  const record = new TrainingRecord(course.curves, config.epochs, () => clock() - gate.heldMs);
  const keep = () => epochs.keep(record.repeats, course.trainMs + clock() - begin);
  try {
    await train(device, dataset, training.parts(config.epochs), record, {
      checkpoints: training.checkpoints(clock, keep),
      onChange: () => post(record.notice()),
      async onEpoch(epoch) {
        await epochs.add(epoch);
        post({ type: "epochs", training: epochs.id, kept: epochs.kept });
        if (epoch.epoch + 1 < config.epochs) await onPassing();
      },
    });
  } finally {
    await keep(); // also where it is stopped, or fails
  }
}
