import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CreationOptions, RequestOptions } from '../../src/client/operations.js';
import { ask, Refusal } from '../api.js';
import { toggle } from '../parts/fields.js';
import { Title } from '../parts/shown.js';
import { hasPasskeys, makePasskey, usePasskey } from '../passkeys.js';
import { findSession, session } from '../session.js';
import { type TextName, t } from '../texts.js';
import { type FormProps, LoginForm } from './login-form.js';
import { FirstPassword, PasswordLogin } from './password-login.js';

/** As `/console/data/site` answers. */
interface Site {
  readonly hasPasskeys: boolean;
  readonly isSecure: boolean;
}

/** Logs in with a passkey, or with a password where passkeys cannot be; the first time with a code. */
export function Login() {
  const now = session.value;
  const isFirst = useSignal(false);
  const site = useSignal<Site | undefined>(undefined);
  useEffect(() => {
    ask<Site>('GET', '/console/data/site').then(
      (known) => {
        site.value = known;
      },
      () => undefined,
    );
  }, []);
  const fault = useSignal<TextName | undefined>(undefined);
  const isBusy = useSignal(false);
  const attempt = async (work: () => Promise<void>) => {
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
  const place = site.value;
  const forms = place?.hasPasskeys === false ? { First: FirstPassword, Later: PasswordLogin } : { First, Later };
  const Form = isFirst.value ? forms.First : forms.Later;
  return (
    <main class="login" id="content">
      <p class="brand">Custos</p>
      <Title>{t(isFirst.value ? 'login.first' : 'login.title')}</Title>
      {now.kind === 'out' && now.wasIn && <p role="status">{t('login.ended')}</p>}
      {place?.hasPasskeys === true && !hasPasskeys ? <p class="refusal">{t('login.insecure')}</p> : null}
      {place?.isSecure === false ? <p class="notice">{t('login.plain')}</p> : null}
      {place === undefined ? null : <Form attempt={attempt} isBusy={isBusy.value} />}
      <p role="alert" class={fault.value === undefined ? '' : 'refusal'}>
        {fault.value === undefined ? '' : t(fault.value)}
      </p>
      <button type="button" class="quiet" onClick={toggle(isFirst)}>
        {t(isFirst.value ? 'login.haveLogin' : 'login.first')}
      </button>
    </main>
  );
}

function First(props: FormProps) {
  return (
    <LoginForm
      {...props}
      label={t('login.makePasskey')}
      fields={[{ name: 'code', kind: 'code', label: t('login.code'), hint: t('login.codeHint') }]}
      work={({ code = '' }) => enrol(code)}
    />
  );
}

function Later(props: FormProps) {
  return (
    <LoginForm
      {...props}
      label={t('login.withPasskey')}
      fields={[{ name: 'person', kind: 'person', label: t('login.name'), hint: t('login.nameHint') }]}
      work={({ person = '' }) => logIn(person)}
    />
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

const faults: Readonly<Record<string, TextName>> = {
  RATE_LIMITED: 'login.tries',
  PASSWORD_WEAK: 'login.weak',
  TOTP_WRONG: 'login.totpWrong',
};

function faultOf(error: unknown): TextName {
  if (!(error instanceof Refusal)) return 'login.broken';
  if (error.isOffline) return 'login.offline';
  return faults[error.code] ?? 'login.refused';
}
