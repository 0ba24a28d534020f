/** The browser's store of parts, driven from a test: its database is in a real browser, on an address of its own. */
import { join } from "node:path";
import { build } from "esbuild";
import type { BrowserContext, Page } from "playwright-core";
import type { PartFolders, PartStore, StoredPart } from "../../src/core/part-store.ts";
import type { PartDatabase } from "../../src/platform/browser/part-database.ts";
import { root } from "./command-line.ts";

declare global {
  /** In the page. */
  interface Window {
    readonly stored: { readonly PartDatabase: typeof PartDatabase };
    parts: PartDatabase;
  }
}

type OpeningOptions = Omit<NonNullable<Parameters<typeof PartDatabase.open>[1]>, "storage">;

export const ADDRESS = "http://localhost/parts.html";

async function html(): Promise<string> {
  const entry = join(root, "src/platform/browser/part-database.ts");
  const bundled = await build({ entryPoints: [entry], bundle: true, write: false, globalName: "stored" });
  return `<!doctype html><script>${bundled.outputFiles[0]!.text}</script>`;
}

/**
 * An empty page that has the code of the store. Pages of one context share a database.
 * @param headers that the page comes with
 */
export async function pageWithParts(
  context: BrowserContext,
  headers: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const [page, body] = await Promise.all([context.newPage(), html()]);
  await page.route(ADDRESS, (route) => route.fulfill({ contentType: "text/html", body, headers }));
  await page.goto(ADDRESS);
  return page;
}

/** Opens the database of the page; what is wrong is an Error whose message is that of the page's. */
export async function openParts(page: Page, options: OpeningOptions = {}): Promise<PartFolders> {
  await page.evaluate(async (own) => {
    window.parts = await window.stored.PartDatabase.open("parts", own);
  }, options);
  return {
    folder: (name) => new FolderInPage(page, name),
    list: () => page.evaluate(() => window.parts.list()),
    remove: (name) => page.evaluate((own) => window.parts.remove(own), name),
    quota: () => page.evaluate(() => window.parts.quota()),
  };
}

class FolderInPage implements PartStore {
  readonly label = "a page";
  readonly #page: Page;
  readonly #folder: string;

  constructor(page: Page, folder: string) {
    this.#page = page;
    this.#folder = folder;
  }

  has(name: string): Promise<boolean> {
    return this.#page.evaluate(([folder, own]) => window.parts.folder(folder!).has(own!), [this.#folder, name]);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const text = await this.#page.evaluate(
      async ([folder, own]) => {
        const bytes = await window.parts.folder(folder!).read(own!);
        return bytes && Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
      },
      [this.#folder, name],
    );
    return text === undefined ? undefined : Buffer.from(text, "latin1");
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    const text = Buffer.from(bytes).toString("base64"); // numbers would take minutes
    return this.#page.evaluate(
      ([folder, own, packed]) => {
        const unpacked = Uint8Array.from(atob(packed!), (letter) => letter.charCodeAt(0));
        return window.parts.folder(folder!).write(own!, unpacked);
      },
      [this.#folder, name, text],
    );
  }

  remove(name: string): Promise<void> {
    return this.#page.evaluate(([folder, own]) => window.parts.folder(folder!).remove(own!), [this.#folder, name]);
  }

  list(): Promise<readonly StoredPart[]> {
    return this.#page.evaluate((folder) => window.parts.folder(folder).list(), this.#folder);
  }
}
