/** tsc writes plain files; the command line's entry must be executable for `npx` in a clone. */
import { chmodSync } from "node:fs";

chmodSync(new URL("../dist/cli.js", import.meta.url), 0o755);
