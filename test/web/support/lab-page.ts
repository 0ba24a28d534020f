/** A browser page with the lab, watched: what it logs as an error and what it asks of other hosts is kept. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";

export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, uncaught ones, and requests that leave 127.0.0.1. */
  readonly complaints: readonly string[];
}

export const laptop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: laptop, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (hostname !== "127.0.0.1" && !["data:", "blob:"].includes(protocol)) complaints.push(request.url());
  });
  await page.goto(address);
  return { page, complaints };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong, as lines of rule and element. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Evaluated, not added as an element, which the page's policy would refuse.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    interface Result {
      readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
    }
    const { axe } = window as unknown as { readonly axe: { run(): Promise<Result> } };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
}

/** Whether the page is wider than the window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
}

/** Top left corners and sizes of all panels. */
export function panelBoxes(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll(".panel, .chart-box, .class-bars, .readout")].map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return [element.className, x + scrollX, y + scrollY, width, height].join(" ");
    }),
  );
}
