import { signal } from '@preact/signals';

export const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const KEPT = 'custos-theme';

export const theme = signal<Theme>(known(localStorage.getItem(KEPT)));

function known(name: string | null): Theme {
  return themes.find((one) => one === name) ?? 'auto';
}

/** Dresses the page, now and the next time. */
export function wear(name: string = theme.peek()): void {
  const wanted = known(name);
  localStorage.setItem(KEPT, wanted);
  theme.value = wanted;
  document.documentElement.dataset['theme'] = wanted;
}
