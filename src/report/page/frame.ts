/**
 * The frame of a page: one HTML file that needs nothing else. Its Content-Security-Policy allows its own script and style, and
 * pictures in data URLs, so nothing can be loaded or run that text from a result file might name.
 */
import { latin1Text } from "../../core/long-arrays.ts";
import type { PageAssets } from "../../core/platform.ts";
import { html, type Markup, rawElement } from "./html.ts";

async function sourceHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${btoa(latin1Text(new Uint8Array(digest)))}'`;
}

async function contentSecurityPolicy({ style, script }: PageAssets, hasPictures: boolean): Promise<string> {
  const [styleHash, scriptHash] = [await sourceHash(style), await sourceHash(script)];
  // A page that is opened from a disk has no origin: `file:` stands for it.
  const pictures = hasPictures ? "data: 'self' file:" : "data:";
  const sources = `img-src ${pictures}; style-src ${styleHash}; script-src ${scriptHash}`;
  return `default-src 'none'; ${sources}; base-uri 'none'; form-action 'none'`;
}

interface PageContent {
  readonly title: string;
  readonly body: Markup;
  readonly assets: PageAssets;
  /** Whether it shows pictures that lie beside it. */
  readonly hasPictures?: boolean;
}

export async function framedPage({ title, body, assets, hasPictures = false }: PageContent): Promise<string> {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${await contentSecurityPolicy(assets, hasPictures)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
${rawElement("style", assets.style)}
</head>
<body>
${body}
${rawElement("script", assets.script)}
</body>
</html>
`;
  return page.text;
}
