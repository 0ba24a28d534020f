/** Where dispatches go: kernels record into it, and who submits decides what becomes of them. */

/** What a dispatch has to do: see CostFacts in kernel.ts. */
export interface Cost {
  readonly operations: number;
  readonly bytes: number;
}

/** One dispatch of a bound kernel. */
export interface Dispatch {
  /** `<file>.<entry>`. */
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  /** Dynamic offsets of the bind group, in bytes. */
  readonly offsets: readonly number[];
  readonly workgroups: readonly [number, number, number];
  /** Known only where a profiler listens and the kernel says what it costs. */
  readonly cost?: Cost | undefined;
}

export interface Recorder {
  dispatch(one: Dispatch): void;
}

/** Who is told of every submit, buffer and piece of host work of a device: a profiler. */
export interface SubmitListener {
  /** Begins to listen to a device. */
  attach(device: GPUDevice): Promise<void>;
  /** Counts a buffer. @returns what is to be called when it is destroyed */
  allocated(bytes: number): () => void;
  /** Submits what `record` records, behind what `encoder` holds already. */
  submit(encoder: GPUCommandEncoder, label: string, record: (to: Recorder) => void): void;
  readonly spans: {
    /** Work on the host that began at `startMs` and ends now. */
    add(name: string, startMs: number): void;
    inStage<T>(stage: string, work: () => Promise<T>): Promise<T>;
  };
}

/** Where submits go, and who is told of them. */
interface SubmitTarget {
  readonly device: GPUDevice;
  readonly profiler?: SubmitListener;
}

/** Records into one compute pass. */
export function passRecorder(pass: GPUComputePassEncoder): Recorder {
  return {
    dispatch({ pipeline, group, offsets, workgroups }) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group, offsets);
      pass.dispatchWorkgroups(...workgroups);
    },
  };
}

/**
 * Submits what `record` records, in order, as one compute pass of this label.
 * @param clear buffers that are cleared before
 */
export function submit(
  { device, profiler }: SubmitTarget,
  label: string,
  record: (to: Recorder) => void,
  clear: readonly GPUBuffer[] = [],
): void {
  const encoder = device.createCommandEncoder({ label });
  for (const buffer of clear) encoder.clearBuffer(buffer);
  if (profiler !== undefined) {
    profiler.submit(encoder, label, record);
    return;
  }
  const pass = encoder.beginComputePass({ label });
  record(passRecorder(pass));
  pass.end();
  device.queue.submit([encoder.finish()]);
}
