/** The built page's worker in a real browser, driven without the page: requests in, notices out. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { serveFolder } from "../../src/platform/node/static-server.ts";
import type { LabNotice, LabRequest } from "../../web/engine/protocol.ts";
import { launchChromium, type TestBrowser } from "./chromium.ts";
import { root } from "./command-line.ts";

const built = join(root, "dist/web");

type Notice<T extends LabNotice["type"]> = Extract<LabNotice, { readonly type: T }>;

/** Runs in the page: typed arrays become plain ones, since what leaves the page is JSON. */
const START_WORKER = `(address) => {
  const plain = (key, value) => (ArrayBuffer.isView(value) ? [...value] : value);
  const tell = (notice) => toTest(JSON.stringify(notice, plain));
  const worker = new Worker(address, { type: "module" });
  worker.addEventListener("message", ({ data }) => tell(data));
  worker.addEventListener("error", ({ message }) => tell({ type: "fault", about: "worker", fault: { what: message } }));
  globalThis.send = (request) => worker.postMessage(request);
  send({ type: "open", base: document.baseURI });
}`;

export interface LabWorker {
  readonly page: Page;
  send(request: LabRequest): Promise<void>;
  /** The first notice of a type among those not yet taken; those before it are dropped. Throws on a fault. */
  take<T extends LabNotice["type"]>(type: T): Promise<Notice<T>>;
  /** What the page wrote on its console, and errors of its own. */
  readonly console: readonly string[];
  /** Addresses of all requests. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

function workerAddress(): string {
  const name = readdirSync(join(built, "assets")).find((file) => /^worker-.*\.js$/.test(file));
  if (name === undefined) throw new Error("dist/web has no worker: npm run build:web comes before these tests");
  return `./assets/${name}`;
}

async function watchedPage({ browser }: TestBrowser) {
  const page = await browser.newPage();
  const [console, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => console.push(message.text()));
  page.on("pageerror", (error) => console.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  return { page, console, requests };
}

/** Notices in their order, whether they come before they are asked for or after. */
class Notices {
  readonly #come: LabNotice[] = [];
  #awaited: ((notice: LabNotice) => void) | undefined;

  add(notice: LabNotice): void {
    if (this.#awaited === undefined) this.#come.push(notice);
    else this.#awaited(notice);
    this.#awaited = undefined;
  }

  #next(): Promise<LabNotice> {
    const first = this.#come.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      this.#awaited = resolve;
    });
  }

  async take(type: LabNotice["type"]): Promise<LabNotice> {
    for (;;) {
      const notice = await this.#next();
      if (notice.type === type) return notice;
      if (notice.type === "fault") throw new Error(`a fault instead of ${type}: ${JSON.stringify(notice)}`);
    }
  }
}

/**
 * Starts browser, server, page and worker. Numbers of notices come as plain arrays, whatever the protocol says.
 * @param browserPath as of launchChromium
 */
export async function startLabWorker(browserPath?: string): Promise<LabWorker> {
  const server = await serveFolder(built);
  const chromium = await launchChromium(browserPath);
  const { page, console, requests } = await watchedPage(chromium);
  const notices = new Notices();
  await page.exposeFunction("toTest", (json: string) => notices.add(JSON.parse(json) as LabNotice));
  await page.goto(server.url);
  await page.evaluate(`(${START_WORKER})(${JSON.stringify(workerAddress())})`);
  return {
    page,
    console,
    requests,
    send: (request) => page.evaluate(`send(${JSON.stringify(request)})`),
    take: async <T extends LabNotice["type"]>(type: T) => (await notices.take(type)) as Notice<T>,
    async close() {
      await chromium.close();
      await server.close();
    },
  };
}
