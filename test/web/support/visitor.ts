/** What a visitor does on the built page, and waits for, in several tests. */
import type { Page } from "playwright-core";

export interface Visitor {
  /** Waits until the head says so of where the study comes from. */
  origin(text: string): Promise<void>;
  /** Waits until the outcome is of what is removed. */
  settled(): Promise<void>;
  /** The test accuracy on show, `95.0 %`. */
  accuracy(): Promise<string>;
  /** Picks files in the dialogue. */
  give(...files: readonly { readonly name: string; readonly buffer: Uint8Array }[]): Promise<void>;
}

export function visitorOf(page: Page): Visitor {
  page.setDefaultTimeout(30_000);
  const settled = () => page.locator(".outcome:not(.stale)").waitFor();
  return {
    origin: (text) => page.locator(".study-note", { hasText: text }).waitFor(),
    settled,
    async accuracy() {
      await settled();
      return page.locator(".readout-value").first().innerText();
    },
    async give(...files) {
      const payload = files.map(({ name, buffer }) => ({ name, mimeType: "", buffer: Buffer.from(buffer) }));
      await page.locator("input[type=file]").first().setInputFiles(payload);
    },
  };
}
