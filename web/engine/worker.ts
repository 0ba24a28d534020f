/** The worker: the lab at the other end of the page's line. */
import { config } from "zod";
import { PartDatabase } from "../../src/platform/browser/part-database.ts";
import { Lab } from "./lab.ts";
import type { LabRequest } from "./protocol.ts";

/** Written in by the build, from package.json. */
declare const PACKAGE_VERSION: string;

// zod would try whether it may make functions from text, which the page's policy forbids and reports.
config({ jitless: true });

const storage = { open: () => PartDatabase.open("gpu-importance"), locks: navigator.locks };
const lab = new Lab(self, storage, PACKAGE_VERSION, (notice) => self.postMessage(notice));
self.addEventListener("message", ({ data }: MessageEvent<LabRequest>) => lab.receive(data));
