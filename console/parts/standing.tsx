import type { Budgets, ChainStandings } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { named, t } from '../texts.js';
import { Foreign, Loading, Moment, Panel, Table } from './shown.js';

/** From this share on a limit is worth a look, and from that one on it is almost full. */
const [USED, NEAR] = [100, 800] as const;

/** Limits that are used, the fullest first. */
export function BudgetsPanel() {
  const budgets = useLoaded('budgets', () => ask<Budgets>('GET', '/v1/budgets')).now;
  return (
    <Panel title={t('overview.budgets')}>
      <Loading of={budgets.value} empty={t('overview.budgetsNone')} isEmpty={({ data }) => data.length === 0}>
        {({ data }) => {
          const used = data.filter(({ thousandths }) => thousandths >= USED).slice(0, 8);
          if (used.length === 0) return <p class="muted">{t('overview.budgetsEmpty')}</p>;
          return (
            <ul class="plain">
              {used.map((one) => (
                <BudgetLine key={`${one.limit} ${one.part}`} one={one} />
              ))}
            </ul>
          );
        }}
      </Loading>
    </Panel>
  );
}

function BudgetLine({
  one: { limit, part, asset, used, max, thousandths },
}: {
  readonly one: Budgets['data'][number];
}) {
  const name = part === null ? limit : `${limit}, ${part}`;
  return (
    <li class={thousandths >= NEAR ? 'budget near' : 'budget'}>
      <Foreign text={name} />
      <span>
        {t('overview.of', { used, max })} {asset === null ? t('overview.count') : <Foreign text={asset} />}
      </span>
      <meter min={0} max={1000} high={NEAR} value={Math.min(1000, thousandths)} aria-label={name} />
      <strong>{Math.floor(thousandths / 10)} %</strong>
    </li>
  );
}

/** What is open on each chain, and how the server reaches it. */
export function ChainsPanel() {
  const chains = useLoaded('chains', () => ask<ChainStandings>('GET', '/v1/chains')).now;
  return (
    <Panel title={t('overview.chains')}>
      <Loading of={chains.value} empty={t('overview.chainsNone')} isEmpty={({ data }) => data.length === 0}>
        {({ data }) => (
          <Table heads={[t('transactions.chain'), ...heads.map((name) => t(`overview.${name}`))]}>
            {data.map(({ chain, open, oldestAt, way }) => (
              <tr key={chain}>
                <td class="chain">{chain}</td>
                <td>
                  {open
                    .filter(({ count }) => count > 0)
                    .map(({ state, count }) => `${count} ${named('state', state)}`)
                    .join(', ') || '0'}
                </td>
                <td>{oldestAt === null ? '–' : <Moment at={oldestAt} />}</td>
                <td>
                  {way?.polledAt == null ? t('overview.never') : <Moment at={way.polledAt} />}
                  {way !== null && way.failedPolls > 0 && (
                    <span class="chip hazard">{t('overview.failedPolls', { n: way.failedPolls })}</span>
                  )}
                </td>
                <td class="nowrap">
                  {way?.shutAt == null ? (
                    t('overview.wayOpen')
                  ) : (
                    <>
                      <span class="chip hazard">{t('overview.shut')}</span> <Moment at={way.shutAt} />
                    </>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Loading>
    </Panel>
  );
}

const heads = ['open', 'oldest', 'polled', 'way'] as const;
