/** Text for people on a terminal. */
export { COLUMNS, wrapped } from "../core/wrapped-text.ts";
