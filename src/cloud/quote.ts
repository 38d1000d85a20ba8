import type { Secret } from '../core/secret.js';

/** Most characters of foreign text in a message. */
const MAX_QUOTED = 300;
/** Most characters of it that are examined. */
const MAX_READ = 65_536;

/** @returns a function that replaces every secret with `{apiKey}`, also in its URL-encoded form */
export function concealer(secrets: readonly Secret[]): (text: string) => string {
  return (text) => {
    let shown = text;
    for (const secret of secrets) {
      const value = secret.exposeText();
      if (value === '') continue;
      for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]) {
        shown = shown.replaceAll(form, '{apiKey}');
      }
    }
    return shown;
  };
}

/** @returns a function that makes foreign text safe to show: short, without control characters and secrets */
export function quoter(conceal: (text: string) => string): (text: string) => string {
  return (text) => {
    // Control and formatting characters of foreign text must not reach a terminal. Secrets are removed first and last, because
    // cutting or cleaning must neither leave half of one nor create one.
    const clean = conceal(conceal(text.slice(0, MAX_READ)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')).trim();
    return clean.length > MAX_QUOTED ? `${clean.slice(0, MAX_QUOTED - 3)}...` : clean;
  };
}
