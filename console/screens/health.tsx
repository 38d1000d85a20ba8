import type { Findings } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { Foreign, Loading, Moment, Panel, State, Table, Title } from '../parts/shown.js';
import { t } from '../texts.js';

/** What the server finds when it examines itself, first what is to be mended. */
export function Health() {
  const findings = useLoaded('findings', () => ask<Findings>('GET', '/v1/findings')).now;
  return (
    <>
      <Title>{t('nav.health')}</Title>
      <p class="muted">{t('health.hint')}</p>
      <Loading of={findings.value}>
        {({ at, data }) => {
          const wrong = data.filter(({ state }) => state !== 'ok').toSorted((one, other) => rank(one) - rank(other));
          return (
            <>
              <p class="muted">
                {t('health.examined')} <Moment at={at} />
              </p>
              <Panel title={t('health.wrong')}>
                {wrong.length === 0 ? <p class="good">{t('health.fine')}</p> : <Found all={wrong} />}
              </Panel>
              <Panel title={t('health.rest')}>
                <Found all={data.filter(({ state }) => state === 'ok')} />
              </Panel>
            </>
          );
        }}
      </Loading>
    </>
  );
}

type Finding = Findings['data'][number];

function rank({ state }: Finding): number {
  return state === 'problem' ? 0 : 1;
}

function Found({ all }: { readonly all: readonly Finding[] }) {
  return (
    <Table heads={[t('transactions.state'), t('health.check'), t('transactions.what')]}>
      {all.map(({ check, state, text, remedy }, at) => (
        <tr key={at}>
          <td>
            <State kind="finding" name={state} />
          </td>
          <td>
            <strong>
              <Foreign text={check} />
            </strong>
          </td>
          <td>
            <Foreign text={text} most={1000} />
            {remedy === null ? null : (
              <p class="muted">
                {t('overview.remedy')}: <Foreign text={remedy} most={1000} />
              </p>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
