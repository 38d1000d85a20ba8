import { useSignal } from '@preact/signals';
import type { AuditEvents } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { momentText } from '../format.js';
import { useLoaded } from '../load.js';
import { into } from '../parts/fields.js';
import { Foreign, Loading, Table, Title } from '../parts/shown.js';
import { t } from '../texts.js';

/** The audit log, the newest first. What is on the screen can be saved; that the log is whole is proved with the key of the log. */
export function Audit() {
  const event = useSignal('');
  const query = new URLSearchParams({ limit: '200' });
  if (/^[a-z-]+(\.[a-z-]+)?$/.test(event.value.trim())) query.set('event', event.value.trim());
  const events = useLoaded(`audit ${query}`, () => ask<AuditEvents>('GET', `/v1/audit?${query}`)).now;
  const save = () => {
    const lines = (events.peek().value?.data ?? []).map((one) => `${JSON.stringify(one)}\n`);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }));
    link.download = 'audit.jsonl';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  return (
    <>
      <Title>{t('nav.audit')}</Title>
      <p class="muted">{t('audit.hint')}</p>
      <div class="tools">
        <label>
          {t('audit.event')}
          <input value={event.value} onInput={into(event)} spellcheck={false} placeholder="freeze" />
        </label>
        <button type="button" onClick={save}>
          {t('audit.save')}
        </button>
      </div>
      <Loading of={events.value} empty={t('audit.none')} isEmpty={({ data }) => data.length === 0}>
        {({ data }) => (
          <Table heads={[t('audit.at'), t('audit.event'), t('audit.detail')]} isPanel>
            {data.map((one) => (
              <tr key={one.id}>
                <td class="nowrap">{one.at === null ? '–' : momentText(one.at)}</td>
                <td>
                  <code>{one.event ?? t('audit.pruned')}</code>
                </td>
                <td>
                  {one.detail === null ? t('audit.deleted') : <Foreign text={JSON.stringify(one.detail)} most={1500} />}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Loading>
    </>
  );
}
