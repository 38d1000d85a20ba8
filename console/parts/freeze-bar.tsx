import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { FreezePage } from '../../src/client/operations.js';
import { ask, Refusal } from '../api.js';
import { useLoaded } from '../load.js';
import { plainText } from '../plain-text.js';
import { may } from '../session.js';
import { t } from '../texts.js';
import { into } from './fields.js';

/** What is stopped, everywhere on the page, and the button that stops everything. */
export function FreezeBar() {
  const { now, again } = useLoaded('freezes', () => ask<FreezePage>('GET', '/v1/freezes?limit=200'));
  const dialog = useRef<HTMLDialogElement>(null);
  const active = (now.value.value?.data ?? []).filter(({ state }) => state !== 'ended');
  const isAll = active.some(({ scope }) => scope === 'all');
  const what = active.map(({ scope }) => plainText(scope, 60)).join(', ');
  return (
    <div class={active.length === 0 ? 'freeze' : 'freeze stopped'}>
      <span role="status">
        {now.value.value === undefined
          ? ''
          : active.length === 0
            ? t('freeze.none')
            : isAll
              ? t('freeze.all')
              : t('freeze.some', { what })}
      </span>
      {may('freezes:create') && !isAll && (
        <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>
          {t('freeze.stop')}
        </button>
      )}
      <dialog ref={dialog} aria-labelledby="freeze-title">
        <FreezeForm
          close={() => {
            dialog.current?.close();
            again();
          }}
        />
      </dialog>
    </div>
  );
}

function FreezeForm({ close }: { close(): void }) {
  const reason = useSignal('');
  const scope = useSignal('all');
  const fault = useSignal('');
  const stop = async (event: Event) => {
    event.preventDefault();
    fault.value = '';
    try {
      await ask('POST', '/v1/freezes', { scope: scope.peek(), reason: reason.peek() });
      reason.value = '';
      close();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      fault.value = error.isOffline ? t('load.offline') : [error.message, ...error.faults].join(' ');
    }
  };
  return (
    <form onSubmit={stop}>
      <h2 id="freeze-title">{t('freeze.stop')}</h2>
      <label>
        {t('freeze.scope')}
        <input required value={scope.value} list="freeze-scopes" onInput={into(scope)} />
      </label>
      <datalist id="freeze-scopes">
        <option value="all">{t('freeze.scopeAll')}</option>
        <option value="chain ETH">{t('freeze.scopeChain')}</option>
      </datalist>
      <label>
        {t('freeze.reason')}
        <input required maxLength={200} value={reason.value} onInput={into(reason)} aria-describedby="freeze-hint" />
      </label>
      <p id="freeze-hint" class="muted">
        {t('freeze.reasonHint')}
      </p>
      {fault.value === '' ? null : (
        <p class="refusal" role="alert">
          {plainText(fault.value)}
        </p>
      )}
      <div class="actions">
        <button type="button" onClick={close}>
          {t('freeze.cancel')}
        </button>
        <button type="submit" class="danger">
          {t('freeze.confirm')}
        </button>
      </div>
    </form>
  );
}
