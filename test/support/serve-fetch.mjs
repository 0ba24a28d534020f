/** Loaded before the program: what is fetched comes from here, as many zeros as files have bytes, and from no mirror. */
import { publicSets } from "../../dist/data/digits/public-sets.js";

const files = publicSets.flatMap((set) => set.files);

globalThis.fetch = async (url) => {
  const { bytes } = files.find(({ name }) => url.pathname.endsWith(`/${name}`));
  return new Response(new Uint8Array(bytes), { headers: { "content-length": String(bytes) } });
};
