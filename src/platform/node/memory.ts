/** How much memory there is for this process. */
import { totalmem } from "node:os";

/** Bytes of the machine, or of the container where that is less. */
export function machineMemoryBytes(): number {
  const constrained = process.constrainedMemory(); // 0 where there is no limit that the system tells of
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
}
