/** What a folder holds of a study that did not come to its end. */
import { dirname, join } from "node:path";
import type { PartStore } from "../../core/part-store.ts";
import { type ResultSink, resultNames } from "../../core/platform.ts";
import { isPartName } from "../../study/part-names.ts";

const MODELS_FOLDER = dirname(resultNames.model(0));

export const allIn = ({ label }: Pick<ResultSink, "label">): string => `all results in ${label}`;

/** `5 networks in out/models; neurons.csv, orders.csv in out; study.json is not written`; undefined where there is nothing. */
export function keptText({ written, label }: ResultSink): string | undefined {
  const names = [...written.keys()];
  const networks = names.filter((name) => dirname(name) === MODELS_FOLDER).length;
  const tables = names.filter((name) => dirname(name) === ".");
  if (networks + tables.length === 0) return undefined;
  if (written.has(resultNames.study)) return allIn({ label });
  return [
    ...(networks === 0 ? [] : [`${networks} network${networks === 1 ? "" : "s"} in ${join(label, MODELS_FOLDER)}`]),
    ...(tables.length === 0 ? [] : [`${tables.join(", ")} in ${label}`]),
    "study.json is not written",
  ].join("; ");
}

/** `12 parts in out/parts`; undefined where there is none. */
export async function partsText(parts: PartStore): Promise<string | undefined> {
  const names = (await parts.list()).map(({ name }) => name).filter(isPartName);
  return names.length === 0 ? undefined : `${names.length} part${names.length === 1 ? "" : "s"} in ${parts.label}`;
}
