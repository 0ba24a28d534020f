/** What a browser's database of parts does beside what all stores do: folders, and every way in which a browser keeps nothing. */
import { randomBytes } from "node:crypto";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ADDRESS, openParts, pageWithParts } from "../../support/browser-parts.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Opens the database without the store's code, and keeps it open whoever wants it closed. */
function holdDatabase(page: Page, version: number): Promise<void> {
  return page.evaluate(
    (own) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open("parts", own);
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error);
      }),
    version,
  );
}

describe.skipIf(noChromium !== undefined)("a browser's database of parts", () => {
  let chromium: TestBrowser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());
  beforeEach(async () => {
    context = await chromium.browser.newContext();
    page = await pageWithParts(context);
  });
  afterEach(() => context.close());

  test("has folders that know nothing of each other, and go whole", async () => {
    const folders = await openParts(page);
    await folders.folder("one").write("a", bytesOf("first"));
    await folders.folder("one").write("b", bytesOf("second"));
    await folders.folder("one, longer").write("a", bytesOf("another"));
    expect(await folders.list()).toEqual([
      { name: "one", bytes: 11 },
      { name: "one, longer", bytes: 7 },
    ]);
    await folders.remove("one");
    await folders.remove("one");
    expect(await folders.list()).toEqual([{ name: "one, longer", bytes: 7 }]);
    expect(await folders.folder("one").list()).toEqual([]);
    expect(Buffer.from((await folders.folder("one, longer").read("a"))!).toString()).toBe("another");
  });

  test("is there after the page was closed, and for two pages at once", async () => {
    const folders = await openParts(page);
    await folders.folder("one").write("a", bytesOf("first"));
    const second = await openParts(await pageWithParts(context));
    await second.folder("one").write("b", bytesOf("second"));
    await page.close();
    const third = await openParts(await pageWithParts(context));
    expect((await third.folder("one").list()).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(await third.quota()).toBeGreaterThan(1e6);
  });

  test("that is full says so, and keeps what it had", async () => {
    const session = await context.newCDPSession(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(ADDRESS).origin, quotaSize: 2e5 });
    const folders = await openParts(page);
    await folders.folder("one").write("a", bytesOf("first"));
    const large = randomBytes(1e6); // which does not become smaller when it is packed
    // Chromium looks now and then how much there is, so the first that is too much may pass.
    const write = async () => {
      for (let tries = 0; tries < 3; tries++) await folders.folder("one").write("b", large);
      await folders.folder("one").write("a", large);
    };
    await expect(write()).rejects.toThrow(/the browser's storage is full\s+found:\s+QuotaExceededError/);
    expect(Buffer.from((await folders.folder("one").read("a"))!).toString()).toBe("first");
    const [one] = await folders.list();
    expect([5, 1_000_005]).toContain(one?.bytes);
  });

  test("that the browser denies says so", async () => {
    const denied = await pageWithParts(context, { "content-security-policy": "sandbox allow-scripts" });
    await expect(openParts(denied)).rejects.toThrow(
      /the browser denies this page its storage\s+found:\s+SecurityError/,
    );
  });

  test("of a newer version says to reload", async () => {
    await holdDatabase(page, 3);
    await expect(openParts(page)).rejects.toThrow(/a newer version of this page has used.*to do:\s+reload the page/s);
  });

  test("that a tab of an older version holds says so, and not later than that", async () => {
    await holdDatabase(page, 1);
    const other = await pageWithParts(context);
    const opening = openParts(other, { version: 2, answerMs: 60_000 });
    await expect(opening).rejects.toThrow(/another tab with an older version.*close that tab/s);
  });

  test("makes way for a newer version in another tab, and says so of what is written then", async () => {
    const folders = await openParts(page);
    await holdDatabase(await pageWithParts(context), 2);
    await expect(folders.folder("one").write("a", bytesOf("late"))).rejects.toThrow("storage does not work");
  });

  test("that does not answer is not waited for", async () => {
    await holdDatabase(page, 1);
    // Waits for the page that holds it; whoever opens the database waits for both.
    await page.evaluate(() => void indexedDB.deleteDatabase("parts"));
    const other = await pageWithParts(context);
    await expect(openParts(other, { answerMs: 300 })).rejects.toThrow("the browser's storage does not answer");
  });
});
