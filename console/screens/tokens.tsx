import { useSignal } from '@preact/signals';
import type { NewToken, Token, TokenPage } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { Deed } from '../parts/deed.js';
import { into } from '../parts/fields.js';
import { Once } from '../parts/once.js';
import { Foreign, Loading, Moment, Panel, Table, Title } from '../parts/shown.js';
import { session } from '../session.js';
import { t } from '../texts.js';

/** What applications show. A person gives no more rights than their own. */
export function Tokens() {
  const { now, again } = useLoaded('tokens', () => ask<TokenPage>('GET', '/v1/tokens?limit=200'));
  return (
    <>
      <Title>{t('nav.tokens')}</Title>
      <Panel title={t('tokens.all')}>
        <Loading of={now.value} empty={t('tokens.none')} isEmpty={({ data }) => data.length === 0}>
          {({ data }) => (
            <Table heads={[t('login.name'), t('tokens.scopes'), t('tokens.used'), t('tokens.end')]}>
              {data.map((one) => (
                <TokenRow key={one.id} one={one} again={again} />
              ))}
            </Table>
          )}
        </Loading>
      </Panel>
      <NewTokenForm again={again} />
    </>
  );
}

function TokenRow({ one, again }: { readonly one: Token; again(): void }) {
  const isOver = one.revokedAt !== null || (one.expiresAt !== null && Date.parse(one.expiresAt) <= Date.now());
  const revoke = async () => {
    await ask('DELETE', `/v1/tokens/${encodeURIComponent(one.id)}`);
    again();
  };
  return (
    <tr>
      <td>
        <Foreign text={one.name} /> <code class="muted">{one.id}</code>
      </td>
      <td class="muted">{one.scopes.join(', ')}</td>
      <td>{one.lastUsedAt === null ? '–' : <Moment at={one.lastUsedAt} />}</td>
      <td>
        {isOver ? (
          <span class="chip">{t('tokens.over')}</span>
        ) : (
          <Deed class="danger" label={t('tokens.revoke')} work={revoke} />
        )}
      </td>
    </tr>
  );
}

function NewTokenForm({ again }: { again(): void }) {
  const now = session.value;
  const own = now.kind === 'in' ? now.session.scopes : [];
  const name = useSignal('');
  const chosen = useSignal<readonly string[]>([]);
  const secret = useSignal('');
  const make = async () => {
    const made = await ask<NewToken>('POST', '/v1/tokens', { name: name.peek(), scopes: chosen.peek() });
    secret.value = made.token;
    again();
  };
  return (
    <Panel title={t('tokens.new')}>
      <label>
        {t('login.name')}
        <input value={name.value} onInput={into(name)} maxLength={64} />
      </label>
      <fieldset class="choices">
        <legend>{t('tokens.scopes')}</legend>
        {own.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={chosen.value.includes(scope)}
              onChange={() => {
                const has = chosen.value.includes(scope);
                chosen.value = has ? chosen.value.filter((one) => one !== scope) : [...chosen.value, scope];
              }}
            />
            {scope}
          </label>
        ))}
      </fieldset>
      <Deed class="main" label={t('tokens.make')} work={make} />
      <Once secret={secret} />
    </Panel>
  );
}
