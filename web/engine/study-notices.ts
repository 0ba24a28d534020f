/** All that the page is told of a study at once. */
import { widthsOf } from "../../src/core/network.ts";
import type { LabStudy } from "./lab-study.ts";
import type { LabNotice } from "./protocol.ts";

export function studyNotices(study: LabStudy): LabNotice[] {
  const { origin, label, config, dataset, networks, live, lacking, missing, warnings, notes } = study;
  const { repeats, neurons, orders, singles } = study;
  const widths = networks[0] ? widthsOf(networks[0].network) : [dataset.features, ...config.hidden, dataset.classes];
  const known = origin === "network-file" ? {} : { config };
  return [
    {
      type: "study",
      origin,
      label,
      ...known,
      dataset,
      widths,
      validationLabels: live?.dataset.validation.labels ?? new Uint16Array(),
      live: live !== undefined,
      lacking,
      missing,
      warnings,
      notes,
    },
    ...networks.map(({ repeat, network }): LabNotice => {
      const { outputs: neurons, weights } = network.layers[0]!;
      return { type: "firstLayer", repeat, neurons, weights };
    }),
    { type: "measured", repeats, neurons },
    { type: "orders", orders },
    ...(singles.length > 0 ? [{ type: "singles", singles } as const] : []),
  ];
}
