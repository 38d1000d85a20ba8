import type { Signal } from '@preact/signals';
import { t } from '../texts.js';
import { Address } from './shown.js';

/** A secret that the server shows once: it is nowhere but on the screen, until its reader puts it away. */
export function Once({ secret }: { readonly secret: Signal<string> }) {
  if (secret.value === '') return null;
  return (
    <div class="notice" role="status">
      <p>{t('once.shown')}</p>
      <Address text={secret.value} />{' '}
      <button
        type="button"
        onClick={() => {
          secret.value = '';
        }}
      >
        {t('once.done')}
      </button>
    </div>
  );
}
