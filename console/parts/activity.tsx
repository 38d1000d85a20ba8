import type { Activity } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { t } from '../texts.js';
import { Plot } from './plot.js';
import { Loading, Panel } from './shown.js';

const SECOND = 1000;

/** What was signed, held and denied in the last day, and how long signatures took: from the journal, so it outlives the server. */
export function ActivityPanel() {
  const activity = useLoaded('activity', () => ask<Activity>('GET', '/v1/activity')).now;
  return (
    <Panel title={t('overview.activity')}>
      <Loading of={activity.value} empty={t('overview.activityNone')} isEmpty={({ data }) => !data.some(hasAny)}>
        {({ data }) => <Plots data={data} />}
      </Loading>
    </Panel>
  );
}

type Slice = Activity['data'][number];

function hasAny({ accepted, signed, held, denied }: Slice): boolean {
  return accepted + signed + held + denied > 0;
}

function Plots({ data }: Pick<Activity, 'data'>) {
  const moments = data.map(({ from }) => Date.parse(from) / SECOND);
  const counts = (['signed', 'held', 'denied'] as const).map((name) => ({
    ...{ name: t(`activity.${name}`), colour: colours[name], values: data.map((one) => one[name]) },
    isFilled: name === 'signed',
  }));
  const times = (['half', 'most'] as const).map((name) => ({
    ...{ name: t(`activity.${name}`), colour: colours[name] },
    values: data.map(({ signedAfter }) => (signedAfter === null ? null : signedAfter[name] / SECOND)),
  }));
  const sum = ({ values }: { readonly values: readonly (number | null)[] }) =>
    String(values.reduce<number>((whole, one) => whole + (one ?? 0), 0));
  const last = ({ values }: { readonly values: readonly (number | null)[] }) =>
    `${values.findLast((one) => one !== null)?.toFixed(1) ?? '–'} s`;
  return (
    <div class="plots">
      <Plot title={t('overview.counts')} moments={moments} lines={counts} sum={sum} />
      <Plot title={t('overview.latency')} moments={moments} lines={times} sum={last} />
    </div>
  );
}

const colours = {
  signed: '--plot-good',
  held: '--plot-warn',
  denied: '--plot-bad',
  half: '--plot-calm',
  most: '--plot-warn',
} as const;
