/** `gpu-importance lab`: serves the lab's page until it is interrupted. */
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { RunError } from "../../core/errors.ts";
import { type StaticServer, serveFolder } from "../../platform/node/static-server.ts";
import { systemErrorCode } from "../../platform/node/write-fault.ts";
import { openInBrowser } from "../display/open-in-browser.ts";
import { print, tell } from "../display/standard-streams.ts";
import { addMessageOptions } from "../options/device-options.ts";
import { under, withExamples } from "../options/help.ts";
import { integer } from "../options/option-values.ts";

interface LabOptions {
  readonly port?: number;
  readonly open?: boolean;
}

/** Beside the built program, and the same from the source. */
const pageFolder = fileURLToPath(new URL("../../../dist/web", import.meta.url));

/** Resolves when somebody interrupts the program. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}

/** What a browser keeps is kept for an address: at the same one, earlier trainings are found again. */
const USUAL_PORT = 8147;

async function serveAtUsualPort(): Promise<StaticServer> {
  try {
    return await serveFolder(pageFolder, USUAL_PORT);
  } catch (error) {
    if (!(error instanceof RunError) || systemErrorCode(error.cause) !== "EADDRINUSE") throw error;
    tell(`port ${USUAL_PORT} is taken: trainings that the browser keeps for that address are not shown at this one`);
    return serveFolder(pageFolder);
  }
}

/** @throws RunError where the page is not built, or the port is taken. */
async function lab({ port, open }: LabOptions): Promise<void> {
  const server = port === undefined ? await serveAtUsualPort() : await serveFolder(pageFolder, port);
  // Listened for before the address is told: whoever reads it may end the lab at once.
  const end = interrupted();
  await print(`${server.url}\n`);
  tell("the lab runs in your browser, at this address; Ctrl+C ends it");
  if (open === true) await openInBrowser(server.url);
  await end;
  await server.close();
}

export function completeLab(command: Command): void {
  under(command, "results")
    .addOption(
      new Option("--port <n>", `port on 127.0.0.1 (default: ${USUAL_PORT}, or any that is free)`).argParser(
        integer(1, 65_535),
      ),
    )
    .option("--open", "open it in the default browser");
  addMessageOptions(command, {}).action((options: LabOptions) => lab(options));
  withExamples(command, "lab", [
    { what: "The lab, in the default browser", line: "lab --open" },
    { what: "At another address, for which the browser keeps trainings apart", line: "lab --port 8080" },
  ]);
}
