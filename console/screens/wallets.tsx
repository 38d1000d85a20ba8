import { useSignal } from '@preact/signals';
import type { AddressPage, Wallet } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { into } from '../parts/fields.js';
import { QrCode } from '../parts/qr.js';
import { Rows } from '../parts/rows.js';
import { Address, Facts, Foreign, Loading, Moment, Panel, State, Title } from '../parts/shown.js';
import { linkTo } from '../route.js';
import { t } from '../texts.js';

const fields = ['address', 'owner', 'label', 'chain'] as const;

/** Wallets: looked for by whole addresses, owners and labels, because the store knows only what those come to. */
export function Wallets() {
  const values = { address: useSignal(''), owner: useSignal(''), label: useSignal(''), chain: useSignal('') };
  const query = new URLSearchParams();
  for (const name of fields) if (values[name].value.trim() !== '') query.set(name, values[name].value.trim());
  return (
    <>
      <Title>{t('nav.wallets')}</Title>
      <div class="tools">
        {fields.map((name) => (
          <label key={name}>
            {t(`wallets.${name}`)}
            <input value={values[name].value} onInput={into(values[name])} spellcheck={false} />
          </label>
        ))}
      </div>
      <Rows<Wallet> path={`/v1/wallets?${query}`} label={t('nav.wallets')} empty={t('wallets.none')} height={40}>
        {(one) => (
          <a class="line" href={linkTo('wallets', one.id)}>
            <State kind="wallet" name={one.state} />
            <span class="chain">{one.chain}</span>
            <span class="what">
              <Foreign
                text={[one.label, one.address, one.owner].filter((text) => text !== null).join(' · ') || one.id}
              />
            </span>
            <Moment at={one.createdAt} />
          </a>
        )}
      </Rows>
    </>
  );
}

export function WalletShown({ id }: { readonly id: string }) {
  const path = `/v1/wallets/${encodeURIComponent(id)}`;
  const wallet = useLoaded(id, () => ask<Wallet>('GET', path)).now;
  const addresses = useLoaded(`${id} addresses`, () => ask<AddressPage>('GET', `${path}/addresses?limit=200`)).now;
  return (
    <>
      <p>
        <a href={linkTo('wallets')}>← {t('nav.wallets')}</a>
      </p>
      <Title>{t('wallets.one')}</Title>
      <Loading of={wallet.value}>
        {(one) => (
          <Panel title={one.label === null ? one.chain : `${one.chain}`}>
            <Facts
              all={[
                [t('transactions.state'), <State kind="wallet" name={one.state} />],
                [t('wallets.id'), <code>{one.id}</code>],
                [t('transactions.chain'), `${one.chain} (${one.network})`],
                [t('wallets.label'), one.label && <Foreign text={one.label} />],
                [
                  t('wallets.address'),
                  one.address && (
                    <>
                      <Address text={one.address} />
                      <QrCode text={one.address} label={t('wallets.qr', { address: one.address })} />
                    </>
                  ),
                ],
                ['xpub', one.xpub && <Address text={one.xpub} />],
                [
                  t('wallets.owner'),
                  one.owner && (
                    <a href={linkTo('owners', one.owner)}>
                      <Foreign text={one.owner} />
                    </a>
                  ),
                ],
                [
                  t('wallets.tags'),
                  one.tags.map((tag) => (
                    <span key={tag} class="chip">
                      <Foreign text={tag} />
                    </span>
                  )),
                ],
                [t('wallets.user'), one.requireUserToken && t('wallets.userNeeded')],
                [t('wallets.since'), <Moment at={one.createdAt} />],
              ]}
            />
          </Panel>
        )}
      </Loading>
      <Panel title={t('wallets.addresses')}>
        <Loading of={addresses.value} empty={t('wallets.noAddresses')} isEmpty={({ data }) => data.length === 0}>
          {({ data }) => (
            <ul class="plain">
              {data.map(({ index, address }) => (
                <li key={index}>
                  <span class="muted">{index}</span> <Address text={address} />
                  <QrCode text={address} label={t('wallets.qr', { address })} />
                </li>
              ))}
            </ul>
          )}
        </Loading>
      </Panel>
    </>
  );
}
