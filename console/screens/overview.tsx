import type { FreezePage, Transaction, TransactionPage, WaitingApprovalPage } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { ActivityPanel } from '../parts/activity.js';
import { Remedy } from '../parts/remedy.js';
import { Foreign, Loading, Moment, Panel, Title } from '../parts/shown.js';
import { BudgetsPanel, ChainsPanel } from '../parts/standing.js';
import { TransactionLine } from '../parts/transaction-line.js';
import { linkTo } from '../route.js';
import { may, personName } from '../session.js';
import { t } from '../texts.js';
import { isOpenTo, WaitingLines } from './approvals.js';

/** What waits, what is stuck and why, what is stopped, and what happened last. */
export function Overview() {
  const name = personName.value;
  const waiting = useLoaded('waiting', () => ask<WaitingApprovalPage>('GET', '/v1/approvals?limit=200'));
  const stuck = useLoaded('stuck', readStuck);
  const recent = useLoaded('recent', () => ask<TransactionPage>('GET', '/v1/transactions?limit=12'));
  const freezes = useLoaded('freezes', () => ask<FreezePage>('GET', '/v1/freezes'));
  return (
    <>
      <Title>{t('overview.title')}</Title>
      <div class="grid">
        <Panel title={t('overview.waiting')}>
          <Loading of={waiting.now.value}>
            {({ data }) => {
              const all = data.filter(({ approvals }) => approvals?.state === 'missing');
              const mine = all.filter((one) => isOpenTo(name, one));
              return (
                <>
                  {mine.length === 0 && <p class="muted">{t('overview.waitingNone')}</p>}
                  <WaitingLines all={mine} />
                  {all.length > mine.length && (
                    <p>
                      <a href={linkTo('approvals')}>{t('overview.othersWait', { n: all.length - mine.length })}</a>
                    </p>
                  )}
                </>
              );
            }}
          </Loading>
        </Panel>
        <Panel title={t('overview.stuck')}>
          <Loading of={stuck.now.value} empty={t('overview.stuckNone')} isEmpty={(all) => all.length === 0}>
            {(all) => (
              <ul class="plain">
                {all.map((one) => (
                  <li key={one.id}>
                    <TransactionLine one={one} />
                    {one.error !== null && <Remedy {...one.error} />}
                  </li>
                ))}
              </ul>
            )}
          </Loading>
        </Panel>
        <Panel title={t('overview.freezes')}>
          <Loading
            of={freezes.now.value}
            empty={t('overview.freezesNone')}
            isEmpty={({ data }) => !data.some(({ state }) => state !== 'ended')}
          >
            {({ data }) => (
              <ul class="plain">
                {data
                  .filter(({ state }) => state !== 'ended')
                  .map((one) => (
                    <li key={one.id} class="stop">
                      <strong>
                        <Foreign text={one.scope} />
                      </strong>{' '}
                      <Foreign text={one.reason} /> <Moment at={one.at} />
                    </li>
                  ))}
              </ul>
            )}
          </Loading>
        </Panel>
        {may('health:read') && <BudgetsPanel />}
        {may('health:read') && <ChainsPanel />}
      </div>
      {may('health:read') && <ActivityPanel />}
      <Panel title={t('overview.recent')}>
        <Loading of={recent.now.value} empty={t('overview.recentNone')} isEmpty={({ data }) => data.length === 0}>
          {({ data }) => (
            <div class="lines">
              {data.map((one) => (
                <TransactionLine key={one.id} one={one} />
              ))}
            </div>
          )}
        </Loading>
      </Panel>
    </>
  );
}

/** What does not go on by itself: it is held for something that persons have not been asked for, or has an error while it is tried. */
async function readStuck(): Promise<readonly Transaction[]> {
  const pages = await Promise.all(
    ['held', 'claimed', 'signed', 'broadcast'].map((state) =>
      ask<TransactionPage>('GET', `/v1/transactions?limit=20&state=${state}`),
    ),
  );
  return pages.flatMap(({ data }) => data.filter(({ error }) => error !== null));
}
