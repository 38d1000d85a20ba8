import { useSignal } from '@preact/signals';
import type { ApprovalRequest, WaitingApproval } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { Deed } from '../parts/deed.js';
import { Effects } from '../parts/effects.js';
import { Facts, Foreign, Loading, Moment, Panel, State, Title } from '../parts/shown.js';
import { signLines } from '../passkeys.js';
import { WHOLE } from '../plain-text.js';
import { linkTo } from '../route.js';
import { may, ownKey, personName } from '../session.js';
import { t } from '../texts.js';
import { isOpenTo } from './approvals.js';

type Decision = 'approve' | 'reject';

/** Everything that a person needs to decide about one transaction, and the two buttons that do. */
export function Approval({ id }: { readonly id: string }) {
  const path = `/v1/approvals/${encodeURIComponent(id)}`;
  const { now, again } = useLoaded(id, () => ask<ApprovalRequest>('GET', path));
  return (
    <>
      <p>
        <a href={linkTo('approvals')}>← {t('approvals.title')}</a>
      </p>
      <Title>{t('approval.title')}</Title>
      <Loading of={now.value}>
        {(one) => (
          <>
            <Panel title={t('approval.what')}>
              <p class="sentence">
                <Foreign text={one.text} most={WHOLE} />
              </p>
              <Effects effects={one.effects} lines={one.lines} />
            </Panel>
            <Panel title={t('approval.why')}>
              <Why one={one} />
            </Panel>
            <Decide one={one} path={path} again={again} />
          </>
        )}
      </Loading>
    </>
  );
}

function Why({ one }: { readonly one: ApprovalRequest }) {
  const { approvals, policy } = one;
  return (
    <Facts
      all={[
        [t('approval.standing'), approvals && <State kind="standing" name={approvals.state} />],
        [
          t('approval.rule'),
          policy && policy.rules.length > 0 && <Foreign text={policy.rules.join(', ')} most={WHOLE} />,
        ],
        [
          t('approval.missing'),
          approvals?.missing.map(({ rule, demand, approved, open }) => (
            <p key={`${rule} ${demand}`}>
              <strong>{demand}</strong>
              {rule === null ? '' : ` (${rule})`}: {t('approval.approved', { names: approved.join(', ') || '–' })};{' '}
              {t('approval.open', { names: open.join(', ') || '–' })}
            </p>
          )),
        ],
        [
          t('approval.votes'),
          approvals?.votes.map(({ person, decision, expiresAt }) => (
            <p key={person}>
              <strong>{person}</strong> {t(decision === 'approve' ? 'approval.yes' : 'approval.no')},{' '}
              {t('approval.until')} <Moment at={expiresAt} />
            </p>
          )),
        ],
        [
          t('approval.charges'),
          policy?.charges.map(({ limit, amount, used, max }) => (
            <p key={limit}>
              {limit}: {t('approval.charge', { amount, used, max })}
            </p>
          )),
        ],
        [t('transactions.chain'), `${one.chain} (${one.network})`],
        [t('transactions.reference'), one.reference && <Foreign text={one.reference} />],
        [t('approval.asked'), <Moment at={one.createdAt} />],
        [t('approval.id'), <a href={linkTo('transactions', one.id)}>{one.id}</a>],
      ]}
    />
  );
}

/** The lines are other ones each time, so they are fetched when a person has pressed, and shown before the passkey signs them. */
function Decide({ one, path, again }: { readonly one: ApprovalRequest; readonly path: string; again(): void }) {
  const asked = useSignal<{ readonly decision: Decision; readonly text: string } | undefined>(undefined);
  const key = ownKey.value;
  const isOpen = isOpenTo(personName.value, one);
  if (!may('approvals:decide') || one.approvals === null) return null;
  if (key === undefined) return <p class="notice">{t('approval.noKey')}</p>;
  const fetchLines = (decision: Decision) => async () => {
    const query = `decision=${decision}&key=${encodeURIComponent(key.key)}`;
    asked.value = { decision, ...(await ask<{ text: string }>('GET', `${path}/lines?${query}`)) };
  };
  const sign = async () => {
    if (asked.value === undefined) return;
    const { text } = asked.value;
    const signature = await signLines(text, key.id);
    await ask<WaitingApproval>('POST', `${path}/decisions`, { custosApproval: 1, text, signature });
    asked.value = undefined;
    again();
  };
  if (asked.value === undefined) {
    return (
      <div class="actions">
        {isOpen && <Deed class="main" label={t('approval.approve')} work={fetchLines('approve')} />}
        <Deed label={t('approval.reject')} work={fetchLines('reject')} />
        {isOpen ? null : <p class="muted">{t('approval.notYours')}</p>}
      </div>
    );
  }
  const { decision, text } = asked.value;
  return (
    <Panel title={t(decision === 'approve' ? 'approval.signYes' : 'approval.signNo')}>
      <p class="notice">{t('approval.presence')}</p>
      <pre>{text}</pre>
      <div class="actions">
        <Deed
          class={decision === 'approve' ? 'main' : 'danger'}
          label={t(decision === 'approve' ? 'approval.confirmYes' : 'approval.confirmNo')}
          work={sign}
        />
        <button
          type="button"
          onClick={() => {
            asked.value = undefined;
          }}
        >
          {t('freeze.cancel')}
        </button>
      </div>
    </Panel>
  );
}
