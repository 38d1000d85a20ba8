import type { ComponentChildren } from 'preact';
import type { Health } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { connection } from '../live.js';
import { useLoaded } from '../load.js';
import { linkTo, route } from '../route.js';
import { logOut, looksOnly, may, type Session } from '../session.js';
import { language, languages, named, speak, type TextName, t } from '../texts.js';
import { theme, themes, wear } from '../theme.js';
import { FreezeBar } from './freeze-bar.js';
import { Foreign } from './shown.js';

/** Screens in the order of the list, with the right that each needs. */
const screens = [
  ['overview', 'transactions:read'],
  ['approvals', 'approvals:read'],
  ['transactions', 'transactions:read'],
  ['wallets', 'wallets:read'],
  ['owners', 'owners:read'],
  ['policies', 'policies:read'],
  ['freezes', 'freezes:read'],
  ['audit', 'audit:read'],
  ['webhooks', 'webhooks:manage'],
  ['tokens', 'tokens:manage'],
  ['persons', 'approvals:read'],
  ['health', 'health:read'],
] as const satisfies readonly (readonly [string, string])[];

/** What stands around every screen: where one is, who one is, and what is stopped. */
export function Frame({ session, children }: { readonly session: Session; readonly children: ComponentChildren }) {
  const health = useLoaded('health', () => ask<Health>('GET', '/health')).now.value.value;
  const here = route.value[0] ?? 'overview';
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {t('nav.skip')}
      </a>
      <header>
        <a class="brand" href={linkTo()}>
          Custos
        </a>
        {health === undefined ? null : (
          <span class={`network ${health.network}`}>{named('network', health.network)}</span>
        )}
        <span class={`live is-${connection.value}`} role="status">
          {t(`live.${connection.value}`)}
        </span>
        <FreezeBar />
        <details class="who">
          <summary>
            <Foreign text={session.person} most={32} />
          </summary>
          <div class="menu">
            <p class="muted">{session.roles.map((role) => named('role', role)).join(', ')}</p>
            <label>
              {t('language.label')}
              <select
                value={language.value}
                onChange={(event) => speak(event.currentTarget.value === 'de' ? 'de' : 'en')}
              >
                {languages.map((one) => (
                  <option key={one} value={one}>
                    {one === 'de' ? 'Deutsch' : 'English'}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {t('theme.label')}
              <select value={theme.value} onChange={(event) => wear(event.currentTarget.value)}>
                {themes.map((one) => (
                  <option key={one} value={one}>
                    {t(`theme.${one}`)}
                  </option>
                ))}
              </select>
            </label>
            <button type="button" onClick={() => void logOut()}>
              {t('login.out')}
            </button>
          </div>
        </details>
      </header>
      <nav aria-label={t('nav.label')}>
        {screens
          .filter(([, scope]) => may(scope))
          .map(([name]) => (
            <a
              key={name}
              href={linkTo(...(name === 'overview' ? [] : [name]))}
              aria-current={here === name ? 'page' : undefined}
            >
              {t(`nav.${name}` as TextName)}
            </a>
          ))}
      </nav>
      <main id="content" tabIndex={-1}>
        {looksOnly.value ? <p class="notice">{t('login.looksOnly')}</p> : null}
        {children}
      </main>
    </div>
  );
}
