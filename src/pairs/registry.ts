/** All decompositions, in the order of columns. A further one is one file and one line here. */
import { broja } from "./broja.ts";
import type { Decomposition } from "./decomposition.ts";
import { minimum } from "./minimum.ts";
import { mmi } from "./mmi.ts";
import { sx } from "./sx.ts";

export const decompositions: readonly Decomposition[] = [minimum, mmi, broja, sx];
