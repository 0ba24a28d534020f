/** Lines over a common x, each with an optional band; what is under the pointer is told to the legend's owner. */
import { area, line } from "d3-shape";
import { Axes, type AxisRange, Drawing, plotOf, useWidth } from "./frame.tsx";

export type Point = readonly [x: number, y: number];
type BandPoint = readonly [x: number, low: number, high: number];

interface LineSeries {
  readonly id: string;
  /** CSS colour. */
  readonly colour: string;
  readonly points: readonly Point[];
  readonly band?: readonly BandPoint[];
  readonly emphasis?: boolean;
}

interface LineChartProps {
  readonly id: string;
  readonly height: number;
  readonly description: string;
  readonly across: AxisRange;
  readonly up: AxisRange;
  readonly series: readonly LineSeries[];
  /** Where a vertical line stands. */
  readonly marker?: number;
  /** A point that is drawn on its own: the present. */
  readonly present?: Point;
  /** x under the pointer, or undefined when it leaves. */
  readonly onPoint?: (x: number | undefined) => void;
}

const pathOf = line<Point>(
  ([x]) => x,
  ([, y]) => y,
);
const areaOf = area<BandPoint>()
  .x(([x]) => x)
  .y0(([, low]) => low)
  .y1(([, , high]) => high);

export function LineChart({ id, height, description, across, up, series, marker, present, onPoint }: LineChartProps) {
  const [box, width] = useWidth();
  const plot = plotOf(width, height, across, up);
  const { x, y } = plot;
  const [bottom, top] = y.range() as [number, number];
  const point = (event: PointerEvent) => {
    const offset = event.clientX - (event.currentTarget as Element).getBoundingClientRect().left;
    onPoint?.(Math.min(across.to, Math.max(across.from, x.invert(offset))));
  };
  return (
    <div
      class="chart-box"
      ref={box}
      style={{ height }}
      onPointerMove={point}
      onPointerLeave={() => onPoint?.(undefined)}
    >
      <Drawing id={id} width={width} height={height} description={description}>
        <Axes plot={plot} across={across} up={up} />
        {series.map(({ id: key, colour, band }) =>
          band === undefined ? null : (
            <path
              key={key}
              class="band"
              style={{ fill: colour }}
              d={areaOf(band.map(([a, b, c]) => [x(a), y(b), y(c)])) ?? ""}
            />
          ),
        )}
        {series.map(({ id: key, colour, points, emphasis }) => (
          <path
            key={key}
            class={emphasis === true ? "line line-strong" : "line"}
            style={{ stroke: colour }}
            d={pathOf(points.map(([a, b]) => [x(a), y(b)])) ?? ""}
          />
        ))}
        {marker === undefined ? null : <line class="marker" x1={x(marker)} x2={x(marker)} y1={top} y2={bottom} />}
        {present === undefined ? null : <circle class="present" cx={x(present[0])} cy={y(present[1])} r={4.5} />}
      </Drawing>
    </div>
  );
}
