import type { PolicyBacktest } from '../../src/client/operations.js';
import { linkTo } from '../route.js';
import { named, t } from '../texts.js';
import { Plot } from './plot.js';
import { Foreign, State } from './shown.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Transactions that are named. */
const NAMED = 20;

const verdicts = [
  ['allow', '--plot-good'],
  ['hold', '--plot-warn'],
  ['deny', '--plot-bad'],
  ['unknown', '--plot-calm'],
] as const;

type Row = PolicyBacktest['data'][number];

/** What a draft would have said of the past: over time, and one by one where it would have stopped what was signed. */
export function Tried({ tried: { judged, changed, data } }: { readonly tried: PolicyBacktest }) {
  const stopped = data.filter(isStopped);
  return (
    <>
      <h3>{t('policies.tried', { judged, changed })}</h3>
      {data.length > 0 && <Verdicts data={data} />}
      {stopped.length > 0 && <h3>{t('policies.changedOnes')}</h3>}
      <ul class="plain">
        {stopped.slice(0, NAMED).map(({ id, chain, state, verdict, reasons }) => (
          <li key={id}>
            <State kind="verdict" name={verdict} />{' '}
            <a href={linkTo('transactions', id)}>
              {chain} {id}
            </a>{' '}
            <span class="muted">{t('policies.was', { state: named('state', state) })}</span>{' '}
            <Foreign text={reasons.join('; ')} most={400} />
          </li>
        ))}
      </ul>
    </>
  );
}

function isStopped({ state, verdict }: Row): boolean {
  return verdict !== 'allow' && ['signed', 'broadcast', 'completed'].includes(state);
}

function Verdicts({ data }: { readonly data: readonly Row[] }) {
  const times = data.map(({ createdAt }) => Date.parse(createdAt));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const size = last - first > 2 * DAY ? DAY : HOUR;
  const start = Math.floor(first / size) * size;
  const count = Math.min(400, Math.floor((last - start) / size) + 2);
  const moments = Array.from({ length: count }, (_, at) => (start + at * size) / 1000);
  const lines = verdicts.map(([verdict, colour]) => {
    const values = moments.map(() => 0);
    data.forEach((one, at) => {
      const place = Math.floor(((times[at] ?? start) - start) / size);
      if (one.verdict === verdict) values[place] = (values[place] ?? 0) + 1;
    });
    return { name: named('verdict', verdict), colour, values, isFilled: verdict === 'allow' };
  });
  const sum = ({ values }: { readonly values: readonly (number | null)[] }) =>
    String(values.reduce<number>((whole, one) => whole + (one ?? 0), 0));
  return <Plot title={t('policies.when')} moments={moments} lines={lines} sum={sum} />;
}
