import type { CountedOwner, Owner, WalletPage } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { Rows } from '../parts/rows.js';
import { Facts, Foreign, Loading, Moment, Panel, State, Title } from '../parts/shown.js';
import { linkTo } from '../route.js';
import { t } from '../texts.js';

/** The users of the application, in the order of an index that says nothing of their names. */
export function Owners() {
  return (
    <>
      <Title>{t('nav.owners')}</Title>
      <Rows<Owner> path="/v1/owners" label={t('nav.owners')} empty={t('owners.none')} height={40}>
        {(one) => (
          <a class="line pair" href={linkTo('owners', one.id)}>
            <span class="what">
              <Foreign text={one.id} />
            </span>
            <Moment at={one.createdAt} />
          </a>
        )}
      </Rows>
    </>
  );
}

export function OwnerShown({ id }: { readonly id: string }) {
  const owner = useLoaded(id, () => ask<CountedOwner>('GET', `/v1/owners/${encodeURIComponent(id)}`)).now;
  const wallets = useLoaded(`${id} wallets`, () =>
    ask<WalletPage>('GET', `/v1/wallets?limit=200&owner=${encodeURIComponent(id)}`),
  ).now;
  return (
    <>
      <p>
        <a href={linkTo('owners')}>← {t('nav.owners')}</a>
      </p>
      <Title>
        <Foreign text={id} most={128} />
      </Title>
      <Loading of={owner.value}>
        {({ mostWallets, mostRequests, mostSpent, wallets: count, createdAt }) => (
          <Panel title={t('owners.limits')}>
            <Facts
              all={[
                [t('owners.wallets'), `${count}${mostWallets === null ? '' : ` / ${mostWallets}`}`],
                [t('owners.requests'), mostRequests ?? t('owners.unlimited')],
                [
                  t('owners.spending'),
                  mostSpent?.map(({ chain, token, aDay, aTransaction }) => (
                    <p key={`${chain} ${token}`}>
                      {chain} {token === null ? '' : <Foreign text={token} />}:{' '}
                      {t('owners.spends', { day: aDay ?? '–', one: aTransaction ?? '–' })}
                    </p>
                  )) ?? t('owners.unlimited'),
                ],
                [t('wallets.since'), <Moment at={createdAt} />],
              ]}
            />
          </Panel>
        )}
      </Loading>
      <Panel title={t('nav.wallets')}>
        <Loading of={wallets.value} empty={t('wallets.none')} isEmpty={({ data }) => data.length === 0}>
          {({ data }) => (
            <div class="lines">
              {data.map((one) => (
                <a key={one.id} class="line" href={linkTo('wallets', one.id)}>
                  <State kind="wallet" name={one.state} />
                  <span class="chain">{one.chain}</span>
                  <span class="what">
                    <Foreign text={one.address ?? one.id} />
                  </span>
                  <Moment at={one.createdAt} />
                </a>
              ))}
            </div>
          )}
        </Loading>
      </Panel>
    </>
  );
}
