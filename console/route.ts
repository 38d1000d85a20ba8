import { signal } from '@preact/signals';

const BASE = '/console';

/** The screen that the address names: words below `/console`. */
export const route = signal<readonly string[]>(readRoute());

function readRoute(): readonly string[] {
  const words = location.pathname.slice(BASE.length).split('/');
  return words.filter((word) => word !== '').map(decodeWord);
}

function decodeWord(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** @returns an address of this page. Words may be anything: they are encoded */
export function linkTo(...words: readonly string[]): string {
  return [BASE, ...words.map(encodeURIComponent)].join('/');
}

/** A reader of the screen hears the new heading, and the keyboard goes on from there. */
function enter(): void {
  route.value = readRoute();
  scrollTo(0, 0);
  requestAnimationFrame(() => document.querySelector<HTMLElement>('h1')?.focus());
}

/** Follows the browser's own buttons, and links of this page. */
export function followRoutes(): void {
  addEventListener('popstate', enter);
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const isOwn = link?.origin === location.origin && link.pathname.startsWith(BASE) && link.target === '';
    if (link === null || !isPlain || !isOwn || link.hasAttribute('download')) return;
    event.preventDefault();
    history.pushState(null, '', link.href);
    enter();
  });
}
