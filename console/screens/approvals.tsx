import type { WaitingApproval, WaitingApprovalPage } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { shortened } from '../format.js';
import { useLoaded } from '../load.js';
import { Foreign, Loading, Moment, Panel, State, Title } from '../parts/shown.js';
import { linkTo } from '../route.js';
import { personName } from '../session.js';
import { t } from '../texts.js';

/** Whether a person can still decide about something. */
export function isOpenTo(name: string, { approvals }: Pick<WaitingApproval, 'approvals'>): boolean {
  return approvals?.missing.some(({ open }) => open.includes(name)) === true;
}

/** What waits for persons: first what waits for whoever looks. */
export function Approvals() {
  const waiting = useLoaded('waiting', () => ask<WaitingApprovalPage>('GET', '/v1/approvals?limit=200'));
  const name = personName.value;
  return (
    <>
      <Title>{t('approvals.title')}</Title>
      <Loading
        of={waiting.now.value}
        empty={t('approvals.none')}
        isEmpty={({ data }) => !data.some(({ approvals }) => approvals !== null && approvals.state !== 'met')}
      >
        {({ data }) => {
          const all = data.filter(({ approvals }) => approvals !== null && approvals.state !== 'met');
          const [mine, others] = [all.filter((one) => isOpenTo(name, one)), all.filter((one) => !isOpenTo(name, one))];
          return (
            <>
              {mine.length > 0 && (
                <Panel title={t('approvals.forYou')}>
                  <WaitingLines all={mine} />
                </Panel>
              )}
              {others.length > 0 && (
                <Panel title={t('approvals.others')}>
                  <WaitingLines all={others} />
                </Panel>
              )}
            </>
          );
        }}
      </Loading>
    </>
  );
}

export function WaitingLines({ all }: { readonly all: readonly WaitingApproval[] }) {
  return (
    <div class="lines">
      {all.map((one) => (
        <a key={one.id} class="line" href={linkTo('approvals', one.id)}>
          <State kind="standing" name={one.approvals?.state ?? ''} />
          <span class="chain">{one.chain}</span>
          <span class="what">
            <Foreign text={shortened(one.text)} />
          </span>
          <Moment at={one.createdAt} />
        </a>
      ))}
    </div>
  );
}
