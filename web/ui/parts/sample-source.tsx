/** Where a sample comes from: drawn on the pad, or picked from the validation set by its class. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Classified } from "../../engine/protocol.ts";
import type { Dispatch } from "../lab-store.ts";
import { pictureLayout, pictureOf } from "../picture.ts";
import type { LabState, ShownStudy } from "../state/lab-state.ts";
import { nextSample } from "../state/next-sample.ts";
import { classNaming } from "./class-bars.tsx";
import { DrawPad } from "./draw-pad.tsx";
import { PixelImage } from "./pixel-image.tsx";

interface SampleSourceProps {
  readonly state: LabState;
  readonly study: ShownStudy;
  readonly classified: Classified | undefined;
  readonly dispatch: Dispatch;
  /** What is said of the sample. */
  readonly children: ComponentChildren;
}

/** Of the choice of a class. */
const ANY = "";

export function SampleSource({ state, study, classified, dispatch, children }: SampleSourceProps) {
  const [label, setLabel] = useState(ANY);
  const { sampleShape, classes, classNames } = study.about.dataset;
  const { sample } = state.view;
  const picked = sample !== undefined && "sample" in sample ? sample.sample : undefined;
  const isDrawn = sample !== undefined && "drawn" in sample;
  const forget = () => dispatch({ type: "forgetSample" });
  const next = () => {
    const found = nextSample(study.about.validationLabels, label === ANY ? undefined : Number(label), picked);
    if (found !== undefined) dispatch({ type: "view", change: { sample: { sample: found } } });
  };
  const { nameOf } = classNaming(classes, classNames);
  const layout = pictureLayout(sampleShape);
  const picture =
    classified === undefined || layout === undefined ? null : <PixelImage {...pictureOf(classified.pixels, layout)} />;
  return (
    <div class="digit-shown">
      {layout === undefined ? null : layout.channels === 1 ? (
        <DrawPad
          shape={[layout.rows, layout.columns]}
          isDrawn={isDrawn}
          onDraw={(drawn) => dispatch({ type: "view", change: { sample: { drawn } } })}
          onClear={forget}
        >
          {picture}
        </DrawPad>
      ) : (
        <div class="picked-picture">{picture}</div>
      )}
      <div class="digit-said numbers">
        <div role="status">{children}</div>
        <div class="buttons">
          <button type="button" disabled={sample === undefined} onClick={forget}>
            Clear
          </button>
          <button type="button" title="The next validation sample of the class beside." onClick={next}>
            Pick
          </button>
          <select
            aria-label="Class of the samples to pick"
            value={label}
            onChange={({ currentTarget }) => setLabel(currentTarget.value)}
          >
            <option value={ANY}>any class</option>
            {Array.from({ length: classes }, (_, index) => (
              <option key={index} value={String(index)}>
                {nameOf(index)}
              </option>
            ))}
          </select>
          {isDrawn ? (
            <span class="as-given" title="As the network gets it: scaled and centred as MNIST's digits are.">
              {picture}
            </span>
          ) : null}
        </div>
      </div>
    </div>
  );
}
