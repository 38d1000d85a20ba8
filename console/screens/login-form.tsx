import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

/** What a form of this page gets. */
export interface FormProps {
  /** Tries to log in, and says what went wrong. */
  attempt(work: () => Promise<void>): Promise<void>;
  readonly isBusy: boolean;
}

/** How browsers and password managers treat a field. */
const kinds = {
  person: { autoComplete: 'username webauthn', autoCapitalize: 'none' },
  code: { autoComplete: 'off', autoCapitalize: 'characters' },
  password: { type: 'password', autoComplete: 'current-password' },
  newPassword: { type: 'password', autoComplete: 'new-password' },
  totp: { autoComplete: 'one-time-code', inputMode: 'numeric', maxLength: 6 },
} as const;

interface Field {
  readonly name: string;
  readonly kind: keyof typeof kinds;
  readonly label: string;
  readonly hint?: string;
}

interface LoginFormProps extends FormProps {
  readonly fields: readonly Field[];
  /** Of the button. */
  readonly label: string;
  /** Above the fields. */
  readonly children?: ComponentChildren;
  work(values: Readonly<Record<string, string>>): Promise<void>;
}

/** Fields that must all be filled, and the button that sends them. */
export function LoginForm({ fields, label, children, work, attempt, isBusy }: LoginFormProps) {
  const values = useSignal<Readonly<Record<string, string>>>({});
  const send = (event: Event) => {
    event.preventDefault();
    void attempt(() => work(values.peek()));
  };
  return (
    <form onSubmit={send}>
      {children}
      {fields.map(({ name, kind, label: called, hint }) => (
        <div key={name}>
          <label>
            {called}
            <input
              required
              spellcheck={false}
              {...kinds[kind]}
              value={values.value[name] ?? ''}
              onInput={({ currentTarget }) => {
                values.value = { ...values.peek(), [name]: currentTarget.value };
              }}
              {...(hint !== undefined && { 'aria-describedby': `${name}-hint` })}
            />
          </label>
          {hint === undefined ? null : (
            <p id={`${name}-hint`} class="muted">
              {hint}
            </p>
          )}
        </div>
      ))}
      <button type="submit" class="main" disabled={isBusy}>
        {label}
      </button>
    </form>
  );
}
