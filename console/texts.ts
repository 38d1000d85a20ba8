import { signal } from '@preact/signals';
import { actions } from './texts/actions.js';
import { health } from './texts/health.js';
import { screens } from './texts/screens.js';

/** English and German, in this order. */
type Text = readonly [english: string, german: string];

/** Every text of the page. */
const table = { ...screens, ...actions, ...health } satisfies Readonly<Record<string, Text>>;
export type TextName = keyof typeof table;

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

const KEPT = 'custos-language';

export const language = signal<Language>(firstLanguage());

function firstLanguage(): Language {
  const wanted = [localStorage.getItem(KEPT) ?? '', ...navigator.languages].map((one) => one.slice(0, 2));
  return wanted.map((one) => languages.find((known) => known === one)).find((one) => one !== undefined) ?? 'en';
}

export function speak(wanted: Language): void {
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
  language.value = wanted;
}

/** A text in the language of the page. @param values - replace `{name}` */
export function t(name: TextName, values: Readonly<Record<string, string | number>> = {}): string {
  const text = table[name][languages.indexOf(language.value)] ?? '';
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

/** The text of a name that the server chose, such as a state; the name itself where the table does not have it. */
export function named(kind: string, name: string): string {
  const key = `${kind}.${name}`;
  return Object.hasOwn(table, key) ? t(key as TextName) : name;
}
