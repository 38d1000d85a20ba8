import { type Language, language } from './texts.js';

/** A format takes much longer to make than to use, and lists use it for each row. */
function remembered<T>(make: (language: Language) => T): () => T {
  const known = new Map<Language, T>();
  return () => {
    const found = known.get(language.value) ?? make(language.value);
    known.set(language.value, found);
    return found;
  };
}

const moments = remembered((one) => new Intl.DateTimeFormat(one, { dateStyle: 'medium', timeStyle: 'medium' }));
const distances = remembered((one) => new Intl.RelativeTimeFormat(one, { numeric: 'auto' }));

/** A moment as people of the chosen language write it. */
export function momentText(iso: string | number): string {
  return moments().format(new Date(iso));
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** How long ago something was, or in how long it will be. */
export function distanceText(iso: string | number, now = Date.now()): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return distances().format(Math.trunc(seconds / size), unit);
}

/** Addresses in the sentences of lists: their ends tell them apart, and the sentence fits. */
export function shortened(text: string): string {
  return text.replace(/\b(0x\w{4}|\w{6})\w{18,}(\w{4})\b/g, '$1…$2');
}

/** A long name in parts of four, as people compare it. */
export function groupsOf(text: string): readonly string[] {
  const [, start = '', rest = text] = /^(0x)?(.*)$/s.exec(text) ?? [];
  return [...(start === '' ? [] : [start]), ...(rest.match(/.{1,4}/gs) ?? [])];
}
