/** What charts share: a box whose height never changes and whose width is the panel's, linear axes, and a place to draw. */
import { type ScaleLinear, scaleLinear } from "d3-scale";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

type Scale = ScaleLinear<number, number>;

export interface AxisRange {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  /** How ticks are written; plain numbers where absent. */
  readonly format?: (value: number) => string;
}

/** Pixels around the plot. */
const margin = { left: 52, right: 10, top: 8, bottom: 34 };
/** About one tick for so many pixels. */
const PIXELS_A_TICK = { across: 70, up: 36 };

export interface Plot {
  readonly x: Scale;
  readonly y: Scale;
  readonly width: number;
  readonly height: number;
}

/** The width of an element, kept up to date. */
export function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement | null>(null);
  const [width, setWidth] = useState(320);
  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () => setWidth(Math.max(160, Math.floor(element.clientWidth)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}

export function plotOf(width: number, height: number, across: AxisRange, up: AxisRange): Plot {
  const x = scaleLinear([across.from, across.to], [margin.left, width - margin.right]);
  const y = scaleLinear([up.from, up.to], [height - margin.bottom, margin.top]);
  return { x, y, width, height };
}

function ticksOf(scale: Scale, pixels: number, axis: AxisRange): readonly (readonly [number, string])[] {
  const [a, b] = scale.range() as [number, number];
  const count = Math.max(2, Math.floor(Math.abs(b - a) / pixels));
  const format = axis.format ?? scale.tickFormat(count);
  return scale.ticks(count).map((tick) => [tick, format(tick)]);
}

/** Both axes with light grid lines. */
export function Axes({
  plot,
  across,
  up,
}: {
  readonly plot: Plot;
  readonly across: AxisRange;
  readonly up: AxisRange;
}) {
  const { x, y, width, height } = plot;
  const [left, right] = x.range() as [number, number];
  const [bottom, top] = y.range() as [number, number];
  return (
    <g class="axes">
      {ticksOf(y, PIXELS_A_TICK.up, up).map(([value, text]) => (
        <g key={text}>
          <line class="grid-line" x1={left} x2={right} y1={y(value)} y2={y(value)} />
          <text x={left - 6} y={y(value)} dy="0.32em" text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      {ticksOf(x, PIXELS_A_TICK.across, across).map(([value, text]) => (
        <text key={text} x={x(value)} y={bottom + 14} text-anchor="middle">
          {text}
        </text>
      ))}
      <line class="axis-line" x1={left} x2={right} y1={bottom} y2={bottom} />
      <text class="axis-title" x={(left + right) / 2} y={height - 4} text-anchor="middle">
        {across.label}
      </text>
      <text class="axis-title" x={-(top + bottom) / 2} y={10} text-anchor="middle" transform="rotate(-90)">
        {up.label}
      </text>
      <rect x={0} y={0} width={width} height={height} fill="none" stroke="none" />
    </g>
  );
}

interface FigureProps {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly description: string;
  readonly children: ComponentChildren;
}

/** The drawing itself; `description` is what somebody who does not see it should know. */
export function Drawing({ id, width, height, description, children }: FigureProps) {
  return (
    <svg id={id} class="chart" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img">
      <title>{description}</title>
      {children}
    </svg>
  );
}
