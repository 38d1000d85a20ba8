import { useSignal } from '@preact/signals';
import type { CreationOptions, RequestOptions } from '../../src/client/operations.js';
import { ask, Refusal } from '../api.js';
import { into, toggle } from '../parts/fields.js';
import { Title } from '../parts/shown.js';
import { hasPasskeys, makePasskey, usePasskey } from '../passkeys.js';
import { findSession, session } from '../session.js';
import { type TextName, t } from '../texts.js';

/** Logs in with a passkey; the first time with a code, for which a passkey is made. */
export function Login() {
  const now = session.value;
  const isFirst = useSignal(false);
  const name = useSignal('');
  const code = useSignal('');
  const isBusy = useSignal(false);
  const fault = useSignal<TextName | undefined>(undefined);
  const attempt = (work: () => Promise<void>) => async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    fault.value = undefined;
    try {
      await work();
      await findSession();
    } catch (error) {
      fault.value = faultOf(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <main class="login" id="content">
      <p class="brand">Custos</p>
      <Title>{t(isFirst.value ? 'login.first' : 'login.title')}</Title>
      {now.kind === 'out' && now.wasIn && <p role="status">{t('login.ended')}</p>}
      {hasPasskeys ? null : <p class="refusal">{t('login.insecure')}</p>}
      {isFirst.value ? (
        <form onSubmit={attempt(() => enrol(code.peek()))}>
          <label>
            {t('login.code')}
            <input
              required
              autoComplete="one-time-code"
              spellcheck={false}
              value={code.value}
              onInput={into(code)}
              aria-describedby="hint"
            />
          </label>
          <p id="hint" class="muted">
            {t('login.codeHint')}
          </p>
          <button type="submit" class="main" disabled={isBusy.value}>
            {t('login.makePasskey')}
          </button>
        </form>
      ) : (
        <form onSubmit={attempt(() => logIn(name.peek()))}>
          <label>
            {t('login.name')}
            <input
              required
              autoComplete="username webauthn"
              autoCapitalize="none"
              spellcheck={false}
              value={name.value}
              onInput={into(name)}
              aria-describedby="hint"
            />
          </label>
          <p id="hint" class="muted">
            {t('login.nameHint')}
          </p>
          <button type="submit" class="main" disabled={isBusy.value}>
            {t('login.withPasskey')}
          </button>
        </form>
      )}
      <p role="alert" class={fault.value === undefined ? '' : 'refusal'}>
        {fault.value === undefined ? '' : t(fault.value)}
      </p>
      <button type="button" class="quiet" onClick={toggle(isFirst)}>
        {t(isFirst.value ? 'login.haveLogin' : 'login.first')}
      </button>
    </main>
  );
}

async function enrol(code: string): Promise<void> {
  const { options } = await ask<{ options: CreationOptions }>('POST', '/console/data/session/enrolment/options', {
    code,
  });
  const credential = await makePasskey(options);
  await ask('POST', '/console/data/session/enrolment', { code, name: t('login.passkeyName'), credential });
}

async function logIn(person: string): Promise<void> {
  const options = await ask<RequestOptions>('POST', '/console/data/session/login/options', { person });
  const credential = await usePasskey(options);
  await ask('POST', '/console/data/session/login', { person, credential });
}

function faultOf(error: unknown): TextName {
  if (!(error instanceof Refusal)) return 'login.broken';
  if (error.isOffline) return 'login.offline';
  return error.code === 'RATE_LIMITED' ? 'login.tries' : 'login.refused';
}
