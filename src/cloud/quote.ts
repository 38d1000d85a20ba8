import type { Secret } from '../core/secret.js';

/** Characters of foreign text that a message holds at the most. */
const MAX_QUOTED = 300;
/** Characters of it that are looked at. */
const MAX_READ = 65_536;

/** @returns a function that puts `{apiKey}` in the place of every secret, also where it is written as part of a URL */
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

/** @returns a function that makes foreign text fit to be shown: short, without control characters and secrets */
export function quoter(conceal: (text: string) => string): (text: string) => string {
  return (text) => {
    // Control and formatting characters of a foreign text must not reach a terminal. Secrets go first and last: cutting
    // or cleaning must neither keep half of one nor make one.
    const clean = conceal(conceal(text.slice(0, MAX_READ)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')).trim();
    return clean.length > MAX_QUOTED ? `${clean.slice(0, MAX_QUOTED - 3)}...` : clean;
  };
}
