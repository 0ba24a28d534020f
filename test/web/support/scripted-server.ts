/** Serves the page over the scripted engine, bundled in memory, on 127.0.0.1. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const web = join(here, "../../../web");

const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>gpu-importance lab</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css"></head><body><div id="lab"></div><script type="module" src="page.js"></script></body></html>`;

async function bundle(entry: string): Promise<string> {
  const options = { bundle: true, write: false, format: "esm", jsx: "automatic", jsxImportSource: "preact" } as const;
  const result = await build({ entryPoints: [entry], ...options, target: "es2023" });
  return result.outputFiles[0]!.text;
}

export interface ScriptedServer {
  readonly address: string;
  close(): void;
}

export async function serveScriptedPage(): Promise<ScriptedServer> {
  const [script, style] = await Promise.all([
    bundle(join(here, "scripted-page.tsx")),
    bundle(join(web, "ui/style.css")),
  ]);
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    "/": ["text/html", html],
    "/page.js": ["text/javascript", script],
    "/page.css": ["text/css", style],
  };
  const server = createServer((request, response) => {
    const file = files[new URL(request.url!, "http://127.0.0.1").pathname];
    response.writeHead(file === undefined ? 404 : 200, { "content-type": file?.[0] ?? "text/plain" });
    response.end(file?.[1] ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
  };
}
