import UPlot from 'uplot';
import type { Line, PlotProps } from './plot.js';

const HEIGHT = 170;

interface Drawing extends Pick<PlotProps, 'moments' | 'lines'> {
  readonly language: string;
}

/** Draws lines over time into an element, as wide as it is. @returns ends that */
export function drawLines(ground: HTMLElement, { moments, lines, language }: Drawing): () => void {
  const style = getComputedStyle(ground);
  const colour = (name: string) => resolved(ground, name);
  const [edge, text] = [colour('--edge'), colour('--muted')];
  const axis = {
    ...{ stroke: text, font: `11px ${style.fontFamily}` },
    grid: { stroke: edge, width: 1 },
    ticks: { stroke: edge, width: 1 },
  };
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' });
  const spread = (moments.at(-1) ?? 0) - (moments[0] ?? 0);
  const plot = new UPlot(
    {
      ...{ width: Math.max(200, ground.clientWidth), height: HEIGHT, cursor: { show: false }, legend: { show: false } },
      scales: { y: { range: (_plot, _min, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        {
          ...axis,
          values: (_, ticks) => ticks.map((at) => (spread > 3 * 86_400 ? day : clock).format(new Date(at * 1000))),
        },
        {
          ...axis,
          size: 46,
          values: (_, ticks) => ticks.map((at) => (Number.isInteger(at) ? at.toLocaleString(language) : '')),
        },
      ],
      series: [{}, ...lines.map((line) => seriesOf(line, colour(line.colour)))],
    },
    [[...moments], ...lines.map(({ values }) => [...values])] as UPlot.AlignedData,
    ground,
  );
  const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(200, ground.clientWidth), height: HEIGHT }));
  watch.observe(ground);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}

function seriesOf({ isFilled = false }: Line, stroke: string): UPlot.Series {
  return {
    ...{ stroke, width: 1.5, spanGaps: false },
    ...(isFilled && { fill: stroke.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.15)') }),
    points: { show: (plot, series) => onlyPoint(plot.data[series]) },
  };
}

/** A value without neighbours has no line, so it is drawn as a point. */
function onlyPoint(values: UPlot.AlignedData[number] | undefined): boolean {
  return [...(values ?? [])].some((one, at, all) => one != null && all[at - 1] == null && all[at + 1] == null);
}

/** A colour of the style as the canvas takes it: `light-dark` is not known there. */
function resolved(ground: HTMLElement, name: string): string {
  ground.style.color = `var(${name})`;
  const { color } = getComputedStyle(ground);
  ground.style.color = '';
  return color;
}
