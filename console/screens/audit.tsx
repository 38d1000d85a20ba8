import { useSignal } from '@preact/signals';
import type { AuditEventProof, AuditEvents } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { momentText } from '../format.js';
import { useLoaded } from '../load.js';
import { Deed } from '../parts/deed.js';
import { into } from '../parts/fields.js';
import { LogProof, type LogState, useLogState } from '../parts/log-proof.js';
import { Foreign, Loading, Table, Title } from '../parts/shown.js';
import { type Shown, verifyEvent } from '../proof/verify.js';
import { t } from '../texts.js';

/** The audit log, the newest first. Whether it is whole is checked by this page itself. */
export function Audit() {
  const event = useSignal('');
  const log = useLogState();
  const query = new URLSearchParams({ limit: '200' });
  if (/^[a-z-]+(\.[a-z-]+)?$/.test(event.value.trim())) query.set('event', event.value.trim());
  const events = useLoaded(`audit ${query}`, () => ask<AuditEvents>('GET', `/v1/audit?${query}`)).now;
  return (
    <>
      <Title>{t('nav.audit')}</Title>
      <LogProof {...log} />
      <div class="tools">
        <label>
          {t('audit.event')}
          <input value={event.value} onInput={into(event)} spellcheck={false} placeholder="freeze" />
        </label>
      </div>
      <Loading of={events.value} empty={t('audit.none')} isEmpty={({ data }) => data.length === 0}>
        {({ data }) => (
          <Table heads={[t('audit.at'), t('audit.event'), t('audit.detail'), t('audit.proof')]} isPanel>
            {data.map((one) => (
              <tr key={one.id}>
                <td class="nowrap">{one.at === null ? '–' : momentText(one.at)}</td>
                <td>
                  <code>{one.event ?? t('audit.pruned')}</code>
                </td>
                <td>
                  {one.detail === null ? t('audit.deleted') : <Foreign text={JSON.stringify(one.detail)} most={1500} />}
                </td>
                <td>
                  <EventProof shown={{ ...one, id: one.id.replace(':', '/') }} log={log} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Loading>
    </>
  );
}

/** Whether one event is in the log that was signed, and says what it said then. */
function EventProof({ shown, log: { pinned, faults } }: { readonly shown: Shown; readonly log: LogState }) {
  const { id } = shown;
  const isProved = useSignal(false);
  const prove = async () => {
    const proof = await ask<AuditEventProof>('GET', `/v1/audit/proof?event=${encodeURIComponent(id)}`);
    const kind = await verifyEvent(proof, shown, pinned.peek());
    isProved.value = kind === undefined;
    if (kind !== undefined) faults.value = [...faults.peek(), { kind, where: id }];
  };
  const fault = faults.value.find(({ where }) => where === id);
  if (fault !== undefined) return <span class="chip hazard">{t(`fault.${fault.kind}`)}</span>;
  if (!isProved.value) return <Deed class="quiet" label={t('audit.prove')} work={prove} />;
  return (
    <span class="chip state-completed">{t(pinned.value.key === undefined ? 'audit.provedHash' : 'audit.proved')}</span>
  );
}
