import { useSignal } from '@preact/signals';
import { Refusal } from '../api.js';
import { plainText } from '../plain-text.js';
import { t } from '../texts.js';

interface DeedProps {
  readonly label: string;
  readonly class?: string;
  /** A button of a form does what its form says. */
  work(): Promise<void>;
}

/** A button that does something on the server: it is pressed once at a time, and says what went wrong. */
export function Deed({ label, class: look = '', work }: DeedProps) {
  const isBusy = useSignal(false);
  const fault = useSignal('');
  const press = async () => {
    isBusy.value = true;
    fault.value = '';
    try {
      await work();
    } catch (error) {
      fault.value = faultText(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <>
      <button type="button" class={look} disabled={isBusy.value} onClick={() => void press()}>
        {label}
      </button>
      {fault.value === '' ? null : (
        <p class="refusal" role="alert">
          {plainText(fault.value)}
        </p>
      )}
    </>
  );
}

/** What a person is told of something that did not work. */
function faultText(error: unknown): string {
  // The authenticator was not asked, or the person said no.
  if (error instanceof DOMException) return t('login.broken');
  if (!(error instanceof Refusal)) throw error;
  if (error.isOffline) return t('load.offline');
  return [`${error.message} (${error.code})`, ...error.faults].join(' ');
}
