import type { DecisionsMade as Made, Transaction, TransactionEvents } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { momentText } from '../format.js';
import { useLoaded } from '../load.js';
import { Deed } from '../parts/deed.js';
import { Remedy } from '../parts/remedy.js';
import { Address, Facts, Foreign, Loading, Moment, Panel, State, Title } from '../parts/shown.js';
import { plainText } from '../plain-text.js';
import { linkTo } from '../route.js';
import { may } from '../session.js';
import { named, t } from '../texts.js';

/** What happened to one transaction: what it does, where it stands, and every event with its bytes. */
export function TransactionStory({ id }: { readonly id: string }) {
  const path = `/v1/transactions/${encodeURIComponent(id)}`;
  const { now, again } = useLoaded(id, () => ask<Transaction>('GET', path));
  const events = useLoaded(`${id} events`, () => ask<TransactionEvents>('GET', `${path}/events`)).now;
  const decisions = useLoaded(`${id} decisions`, () =>
    ask<Made>('GET', `/v1/approvals/${encodeURIComponent(id)}/decisions`),
  ).now;
  const act = (verb: 'cancel' | 'retry') => async () => {
    await ask('POST', `${path}/${verb}`);
    again();
  };
  return (
    <>
      <p>
        <a href={linkTo('transactions')}>← {t('transactions.title')}</a>
      </p>
      <Title>{t('story.title')}</Title>
      <Loading of={now.value}>
        {(one) => (
          <>
            <Panel title={t('approval.what')}>
              <p class="sentence">
                {one.summary === null ? t('story.undecoded') : <Foreign text={one.summary.text} most={2000} />}
              </p>
              {one.error !== null && <Remedy {...one.error} />}
              <StoryFacts one={one} />
              <DecisionsMade all={decisions.value.value?.data ?? []} />
              <div class="actions">
                {one.approvals != null && (
                  <a class="button" href={linkTo('approvals', one.id)}>
                    {t('story.toApproval')}
                  </a>
                )}
                {may('transactions:cancel') && ['claimed', 'held'].includes(one.state) && (
                  <Deed class="danger" label={t('story.cancel')} work={act('cancel')} />
                )}
                {may('transactions:retry') && ['denied', 'failed'].includes(one.state) && (
                  <Deed label={t('story.retry')} work={act('retry')} />
                )}
              </div>
            </Panel>
            <Panel title={t('story.events')}>
              <Loading of={events.value}>{({ data }) => <Timeline events={data} />}</Loading>
            </Panel>
          </>
        )}
      </Loading>
    </>
  );
}

/** Who approved or rejected it, also long after it was signed. */
function DecisionsMade({ all }: { readonly all: Made['data'] }) {
  if (all.length === 0) return null;
  return (
    <>
      <h3>{t('story.decisions')}</h3>
      <ul class="plain">
        {all.map(({ person, key, decision, at }) => (
          <li key={at}>
            <strong>{person ?? t('story.formerKey')}</strong>{' '}
            {t(decision === 'approve' ? 'approval.yes' : 'approval.no')}, <Moment at={at} />
            {person === null && <Address text={key} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function StoryFacts({ one }: { readonly one: Transaction }) {
  const { summary } = one;
  return (
    <Facts
      all={[
        [t('transactions.state'), <State name={one.state} />],
        [t('transactions.chain'), `${one.chain} (${one.network})`],
        [t('story.sender'), one.sender && <Address text={one.sender} />],
        [
          t('story.wallets'),
          one.wallets.map((id) => (
            <a key={id} href={linkTo('wallets', id)}>
              {id}
            </a>
          )),
        ],
        [t('story.txId'), one.txId && <Address text={one.txId} />],
        [t('story.nonce'), one.nonce],
        [t('story.digest'), one.digest && <code>{one.digest}</code>],
        [t('transactions.reference'), one.reference && <Foreign text={one.reference} />],
        [
          t('story.policy'),
          one.policy?.reasons.map((reason) => (
            <p key={reason}>
              <Foreign text={reason} />
            </p>
          )),
        ],
        [t('story.approvals'), one.approvals && <Foreign text={one.approvals.text} />],
        [t('story.opaque'), summary?.['opaque'] === true && <span class="chip hazard">{t('story.isOpaque')}</span>],
        [t('approval.asked'), <Moment at={one.createdAt} />],
        [t('transactions.updated'), <Moment at={one.updatedAt} />],
      ]}
    />
  );
}

/** The oldest first, as it happened. */
function Timeline({ events }: { readonly events: TransactionEvents['data'] }) {
  return (
    <ol class="timeline">
      {events.map(({ at, event, fact }, place) => (
        <li key={place}>
          <time dateTime={at}>{momentText(at)}</time> <strong>{named('event', event)}</strong>
          {Object.keys(fact).length > 0 && (
            <details>
              <summary>{t('story.details')}</summary>
              <pre>{plainLines(fact)}</pre>
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}

/** JSON over lines, in which nothing that somebody wrote begins a line. */
function plainLines(value: unknown): string {
  const lines = JSON.stringify(value, undefined, 2).split('\n');
  return lines.map((line) => plainText(line, 20_000)).join('\n');
}
