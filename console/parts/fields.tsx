import type { Signal } from '@preact/signals';

/** What a field does when somebody types: the signal has the text. */
export function into(signal: Signal<string>) {
  return (event: { readonly currentTarget: { readonly value: string } }): void => {
    signal.value = event.currentTarget.value;
  };
}

export function toggle(signal: Signal<boolean>): () => void {
  return () => {
    signal.value = !signal.peek();
  };
}
