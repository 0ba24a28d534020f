/**
 * Serves the files of one folder to this machine alone. Which files there are is found out once: a request is looked up
 * among their names, and never becomes a path, so that nothing else can be reached by any spelling of it.
 */
import { createReadStream, lstatSync, readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, sep } from "node:path";
import { pipeline } from "node:stream";
import { RunError } from "../../core/errors.ts";
import { contentSecurityPolicy } from "../content-security-policy.ts";

const HOST = "127.0.0.1";
const START_PAGE = "/index.html";

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".zip": "application/zip",
  ".bin": "application/octet-stream",
};

const headers = {
  "Content-Security-Policy": `${contentSecurityPolicy}; frame-ancestors 'none'`,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  // A later version of the program may answer at the same address.
  "Cache-Control": "no-cache",
};

export interface StaticServer {
  /** `http://127.0.0.1:41234/` */
  readonly url: string;
  close(): Promise<void>;
}

interface ServedFile {
  readonly path: string;
  readonly bytes: number;
}

/** By path in the address; regular files only: a link could lead anywhere. */
function filesOf(folder: string): Map<string, ServedFile> {
  const files = new Map<string, ServedFile>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    const status = lstatSync(path);
    if (status.isFile() && !behindLink(folder, name)) {
      files.set(`/${name.split(sep).join("/")}`, { path, bytes: status.size });
    }
  }
  return files;
}

/** Whether a folder on the way to the file is a link. */
function behindLink(folder: string, name: string): boolean {
  const folders = name.split(sep).slice(0, -1);
  return folders.some((_, depth) => lstatSync(join(folder, ...folders.slice(0, depth + 1))).isSymbolicLink());
}

/** The path that is asked for; undefined where the address cannot be read. */
function pathOf(request: IncomingMessage): string | undefined {
  const [path] = (request.url ?? "").split(/[?#]/, 1);
  try {
    return path === "/" ? START_PAGE : decodeURIComponent(path!);
  } catch {
    return undefined; // answered like any other address that leads nowhere
  }
}

/** The file that a request is answered with, or the status that refuses it. */
function lookUp(files: ReadonlyMap<string, ServedFile>, request: IncomingMessage): ServedFile | number {
  const port = request.socket.localPort;
  // Another site's name that leads here would make its pages ours.
  if (![`${HOST}:${port}`, `localhost:${port}`].includes(request.headers.host ?? "")) return 421;
  if (request.method !== "GET" && request.method !== "HEAD") return 405;
  return files.get(pathOf(request) ?? "") ?? 404;
}

function send({ path, bytes }: ServedFile, withContent: boolean, response: ServerResponse): void {
  const type = mediaTypes[extname(path)] ?? "application/octet-stream";
  response.writeHead(200, { ...headers, "Content-Type": type, "Content-Length": bytes });
  if (!withContent) {
    response.end();
    return;
  }
  // pipe() would leave the file open where the visitor goes away; the browser tells its visitor of a cut.
  pipeline(createReadStream(path), response, () => {});
}

function answer(files: ReadonlyMap<string, ServedFile>, request: IncomingMessage, response: ServerResponse): void {
  const found = lookUp(files, request);
  if (typeof found === "object") {
    send(found, request.method === "GET", response);
    return;
  }
  const allow = found === 405 ? { Allow: "GET, HEAD" } : {};
  response.writeHead(found, { ...headers, ...allow, "Content-Length": 0 });
  response.end();
}

/**
 * @param port 0 for any that is free
 * @throws RunError where the page is not there or the port cannot be had.
 */
export async function serveFolder(folder: string, port = 0): Promise<StaticServer> {
  const files = readableFiles(folder);
  const server = createServer((request, response) => answer(files, request, response));
  await listen(server, port);
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readableFiles(folder: string): Map<string, ServedFile> {
  let found = "no index.html";
  try {
    const files = filesOf(folder);
    if (files.has(START_PAGE)) return files;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    found = "no such folder";
  }
  const fix = "npm run build:web; the published package has the page in it";
  throw new RunError({ what: "the lab's page is not built", where: folder, found, fix });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const what = taken ? "the port is taken" : "the port cannot be used";
      const fault = { what, where: `--port ${port}`, found: error.message };
      reject(new RunError({ ...fault, fix: "another --port, or none for any that is free" }, { cause: error }));
    });
    server.listen(port, HOST, resolve);
  });
}
