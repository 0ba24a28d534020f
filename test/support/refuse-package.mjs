/** Loaded before the program (`node --import`): whatever would load the package that REFUSE_PACKAGE names fails. */
import { register } from "node:module";

const name = JSON.stringify(process.env["REFUSE_PACKAGE"]);
const hook = `export async function resolve(specifier, context, next) {
  if (specifier === ${name} || specifier.startsWith(${name} + "/")) throw new Error("refused: " + specifier);
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
