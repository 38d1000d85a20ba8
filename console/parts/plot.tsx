import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { momentText } from '../format.js';
import { language, t } from '../texts.js';
import { theme } from '../theme.js';
import { Table } from './shown.js';

export interface Line {
  readonly name: string;
  /** A variable of the style: `--good-text`. */
  readonly colour: string;
  /** One a moment; null: there is none. */
  readonly values: readonly (number | null)[];
  /** Drawn from the ground up. */
  readonly isFilled?: boolean;
}

export interface PlotProps {
  readonly title: string;
  /** Seconds since 1970, rising. */
  readonly moments: readonly number[];
  readonly lines: readonly Line[];
  /** Of the summary beside the name of a line. */
  readonly sum: (line: Line) => string;
}

/** Lines over time. What draws them is fetched with the first plot; whoever cannot see it has the names, the sums, and a table. */
export function Plot({ title, moments, lines, sum }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const [tongue, look] = [language.value, theme.value];
  const key = JSON.stringify([moments, lines, tongue, look]);
  useEffect(() => {
    const ground = place.current;
    if (ground === null) return undefined;
    let close: (() => void) | undefined;
    let isGone = false;
    void import('./lines.js').then(({ drawLines }) => {
      if (!isGone) close = drawLines(ground, { moments, lines, language: tongue });
    });
    return () => {
      isGone = true;
      close?.();
    };
  }, [key]);
  return (
    <figure class="plot">
      <figcaption>
        {title}
        <span class="legend">
          {lines.map((line) => (
            <span key={line.name}>
              <svg viewBox="0 0 12 12" width="11" height="11" aria-hidden="true">
                <rect width="12" height="12" rx="2" style={{ fill: `var(${line.colour})` }} />
              </svg>{' '}
              {line.name} <strong>{sum(line)}</strong>
            </span>
          ))}
        </span>
      </figcaption>
      <div class="ground" ref={place} aria-hidden="true" />
      <PlotTable moments={moments} lines={lines} />
    </figure>
  );
}

function PlotTable({ moments, lines }: Pick<PlotProps, 'moments' | 'lines'>) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{t('plot.table')}</summary>
      {isOpen.value && (
        <Table heads={[t('plot.hour'), ...lines.map(({ name }) => name)]}>
          {moments.map((moment, at) =>
            lines.some(({ values }) => values[at] != null && values[at] !== 0) ? (
              <tr key={moment}>
                <td class="nowrap">{momentText(moment * 1000)}</td>
                {lines.map(({ name, values }) => (
                  <td key={name}>{values[at] ?? '–'}</td>
                ))}
              </tr>
            ) : null,
          )}
        </Table>
      )}
    </details>
  );
}
