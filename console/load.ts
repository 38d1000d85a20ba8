import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { Refusal } from './api.js';
import { happened } from './live.js';

/** Something that is read from the server, and what is known of it now. */
export interface Loaded<T> {
  /** Of the last answer; undefined before the first one. */
  readonly value: T | undefined;
  /** Why there is no newer one. */
  readonly refusal: Refusal | undefined;
}

/**
 * Reads something now, and again whenever something happened on the server. An answer of before stays on the screen until there is
 * a new one.
 * @param key - names what is read; another one begins anew
 */
export function useLoaded<T>(key: string, read: () => Promise<T>): { readonly now: Signal<Loaded<T>>; again(): void } {
  const now = useSignal<Loaded<T>>({ value: undefined, refusal: undefined });
  const turn = useSignal(0);
  const known = useSignal(key);
  if (known.peek() !== key) {
    known.value = key;
    now.value = { value: undefined, refusal: undefined };
  }
  useSignalEffect(() => {
    void happened.value;
    void turn.value;
    const asked = known.value;
    read().then(
      (value) => {
        if (known.peek() === asked) now.value = { value, refusal: undefined };
      },
      (error: unknown) => {
        if (known.peek() === asked && error instanceof Refusal) now.value = { ...now.peek(), refusal: error };
      },
    );
  });
  return {
    now,
    again: () => {
      turn.value += 1;
    },
  };
}
