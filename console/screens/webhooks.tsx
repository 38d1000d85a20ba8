import { useSignal } from '@preact/signals';
import type { DeliveryList, NewWebhook, Webhook, WebhookList, WebhookTest } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { Deed } from '../parts/deed.js';
import { into } from '../parts/fields.js';
import { Once } from '../parts/once.js';
import { Facts, Foreign, Loading, Moment, Panel, State, Table, Title } from '../parts/shown.js';
import { linkTo } from '../route.js';
import { t } from '../texts.js';

export function Webhooks() {
  const { now, again } = useLoaded('webhooks', () => ask<WebhookList>('GET', '/v1/webhooks'));
  const url = useSignal('');
  const made = useSignal('');
  const make = async () => {
    const { secret } = await ask<NewWebhook>('POST', '/v1/webhooks', { url: url.peek() });
    made.value = secret;
    url.value = '';
    again();
  };
  return (
    <>
      <Title>{t('nav.webhooks')}</Title>
      <Panel title={t('webhooks.all')}>
        <Loading of={now.value} empty={t('webhooks.none')} isEmpty={({ data }) => data.length === 0}>
          {({ data }) => (
            <ul class="plain">
              {data.map((one) => (
                <li key={one.id}>
                  <a class="line pair" href={linkTo('webhooks', one.id)}>
                    <span class="what">
                      <Foreign text={one.url} /> {one.enabled ? null : <span class="chip">{t('webhooks.off')}</span>}
                    </span>
                    <Moment at={one.createdAt} />
                  </a>
                </li>
              ))}
            </ul>
          )}
        </Loading>
      </Panel>
      <Panel title={t('webhooks.new')}>
        <label>
          URL
          <input type="url" value={url.value} onInput={into(url)} placeholder="https://" />
        </label>
        <Deed class="main" label={t('webhooks.make')} work={make} />
        <Once secret={made} />
      </Panel>
    </>
  );
}

export function WebhookShown({ id }: { readonly id: string }) {
  const path = `/v1/webhooks/${encodeURIComponent(id)}`;
  const { now, again } = useLoaded(id, () => ask<Webhook>('GET', path));
  const deliveries = useLoaded(`${id} deliveries`, () => ask<DeliveryList>('GET', `${path}/deliveries`));
  const answer = useSignal('');
  const secret = useSignal('');
  return (
    <>
      <p>
        <a href={linkTo('webhooks')}>← {t('nav.webhooks')}</a>
      </p>
      <Title>{t('webhooks.one')}</Title>
      <Loading of={now.value}>
        {(one) => (
          <Panel title={t('webhooks.receiver')}>
            <Facts
              all={[
                ['URL', <Foreign text={one.url} most={2000} />],
                [t('webhooks.types'), one.types?.join(', ') ?? t('webhooks.allTypes')],
                [t('webhooks.key'), <code>{one.publicKey}</code>],
                [t('wallets.since'), <Moment at={one.createdAt} />],
              ]}
            />
            <div class="actions">
              <Deed
                label={t(one.enabled ? 'webhooks.disable' : 'webhooks.enable')}
                work={async () => {
                  await ask('PUT', path, { enabled: !one.enabled });
                  again();
                }}
              />
              <Deed
                label={t('webhooks.test')}
                work={async () => {
                  answer.value = (await ask<WebhookTest>('POST', `${path}/test`)).answer;
                }}
              />
              <Deed
                label={t('webhooks.rotate')}
                work={async () => {
                  secret.value = (await ask<NewWebhook>('POST', `${path}/rotate`)).secret;
                }}
              />
            </div>
            <p role="status">
              {answer.value === '' ? '' : <Foreign text={t('webhooks.answered', { answer: answer.value })} />}
            </p>
            <Once secret={secret} />
          </Panel>
        )}
      </Loading>
      <Panel title={t('webhooks.deliveries')}>
        <Loading of={deliveries.now.value} empty={t('webhooks.noDeliveries')} isEmpty={({ data }) => data.length === 0}>
          {({ data }) => (
            <Table
              heads={['#', t('transactions.state'), t('webhooks.attempts'), t('webhooks.answer'), t('webhooks.again')]}
            >
              {data.map((one) => (
                <tr key={one.delivery}>
                  <td>{one.delivery}</td>
                  <td>
                    <State kind="delivery" name={one.state} />
                  </td>
                  <td>{one.attempts}</td>
                  <td>{one.answer === null ? '–' : <Foreign text={one.answer} />}</td>
                  <td>
                    <Deed
                      label={t('webhooks.redeliver')}
                      work={async () => {
                        await ask('POST', `${path}/deliveries/${encodeURIComponent(one.delivery)}/redeliver`);
                        deliveries.again();
                      }}
                    />
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Loading>
      </Panel>
    </>
  );
}
