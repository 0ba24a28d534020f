/** The page's end of the line to the worker. */
import type { LabNotice, LabRequest } from "./protocol.ts";

interface LabEngine {
  send(request: LabRequest): void;
  /** Ends the worker with all it holds. */
  close(): void;
}

/** Starts the worker and opens adapter and data; notices come in the order in which the worker sends them. */
export function connectEngine(onNotice: (notice: LabNotice) => void): LabEngine {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "engine" });
  worker.addEventListener("message", ({ data }: MessageEvent<LabNotice>) => onNotice(data));
  const send = (request: LabRequest) => worker.postMessage(request);
  send({ type: "open", base: document.baseURI });
  return { send, close: () => worker.terminate() };
}
