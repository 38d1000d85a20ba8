import { useSignal } from '@preact/signals';
import { ask } from '../api.js';
import { groupsOf } from '../format.js';
import { QrCode } from '../parts/qr.js';
import { t } from '../texts.js';
import { type FormProps, LoginForm } from './login-form.js';

/** As `/console/data/session/enrolment/totp` answers. */
interface TotpOffer {
  readonly name: string;
  readonly secret: string;
  readonly uri: string;
}

const totp = () => ({ name: 'totp', kind: 'totp', label: t('login.totp'), hint: t('login.totpHint') }) as const;

/** Logs in where passkeys cannot be. */
export function PasswordLogin(props: FormProps) {
  return (
    <LoginForm
      {...props}
      label={t('login.withPassword')}
      fields={[
        { name: 'person', kind: 'person', label: t('login.name'), hint: t('login.nameHint') },
        { name: 'password', kind: 'password', label: t('login.password') },
        totp(),
      ]}
      work={(values) => ask('POST', '/console/data/session/login/password', values)}
    />
  );
}

/** Takes the one-time code, shows what the app is set up with, and then takes a password and the first code of the app. */
export function FirstPassword(props: FormProps) {
  const offered = useSignal<{ readonly code: string; readonly offer: TotpOffer } | undefined>(undefined);
  if (offered.value === undefined) {
    return (
      <LoginForm
        key="code"
        {...props}
        label={t('login.next')}
        fields={[{ name: 'code', kind: 'code', label: t('login.code'), hint: t('login.codeHint') }]}
        work={async ({ code = '' }) => {
          const offer = await ask<TotpOffer>('POST', '/console/data/session/enrolment/totp', { code });
          offered.value = { code, offer };
        }}
      />
    );
  }
  const { code, offer } = offered.value;
  return (
    <LoginForm
      key="password"
      {...props}
      label={t('login.setPassword')}
      fields={[
        { name: 'password', kind: 'newPassword', label: t('login.newPassword'), hint: t('login.newPasswordHint') },
        totp(),
      ]}
      work={(values) => ask('POST', '/console/data/session/enrolment/password', { ...values, code })}
    >
      <p>{t('login.app')}</p>
      <QrCode text={offer.uri} label={t('login.appQr')} />
      <p class="address">
        <bdi dir="ltr">
          {groupsOf(offer.secret).map((group, at) => (
            <span key={at}>{group}</span>
          ))}
        </bdi>
      </p>
      <p>
        <a href={offer.uri}>{t('login.appOpen')}</a>
      </p>
    </LoginForm>
  );
}
