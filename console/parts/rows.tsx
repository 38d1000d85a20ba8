import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { t } from '../texts.js';
import { Loading } from './shown.js';

interface Page<T> {
  readonly data: readonly T[];
  readonly next: string | null;
}

interface RowsProps<T> {
  /** Of the list, with its query and without the paging. */
  readonly path: string;
  readonly label: string;
  readonly empty: string;
  /** Pixels of a row. */
  readonly height: number;
  readonly children: (one: T) => ComponentChildren;
}

const PAGE = 200;
/** Rows above and below what is seen. */
const MARGIN = 12;

/**
 * A list of any length: pages are fetched as somebody scrolls, and only what is seen is drawn. The first page is read again when
 * something happened; whoever is further down keeps the place.
 */
export function Rows<T extends { readonly id: string }>({ path, label, empty, height, children }: RowsProps<T>) {
  const join = path.includes('?') ? '&' : '?';
  const first = useLoaded(path, () => ask<Page<T>>('GET', `${path}${join}limit=${PAGE}`)).now;
  const older = useSignal<Page<T> | undefined>(undefined);
  const isAsking = useSignal(false);
  const from = useSignal(0);
  const place = useRef<HTMLElement>(null);
  // Another list begins at its top.
  useEffect(() => {
    older.value = undefined;
    from.value = 0;
    place.current?.scrollTo(0, 0);
  }, [path]);

  const head = first.value.value?.data ?? [];
  const known = new Set(head.map(({ id }) => id));
  const all = [...head, ...(older.value?.data ?? []).filter(({ id }) => !known.has(id))];
  const next = older.value === undefined ? first.value.value?.next : older.value.next;
  const seen = Math.ceil((place.current?.clientHeight ?? 700) / height);
  const start = Math.max(0, from.value - MARGIN);
  const end = Math.min(all.length, from.value + seen + MARGIN);

  const more = async () => {
    if (next == null || isAsking.peek()) return;
    isAsking.value = true;
    try {
      const page = await ask<Page<T>>('GET', `${path}${join}limit=${PAGE}&after=${encodeURIComponent(next)}`);
      older.value = { data: [...(older.peek()?.data ?? []), ...page.data], next: page.next };
    } catch {
      // The first page says what is wrong; scrolling asks again.
    } finally {
      isAsking.value = false;
    }
  };
  useSignalEffect(() => {
    if (from.value + seen + MARGIN * 4 >= all.length) void more();
  });
  const follow = () => {
    from.value = Math.floor((place.current?.scrollTop ?? 0) / height);
  };
  return (
    <Loading of={first.value} empty={empty} isEmpty={({ data }) => data.length === 0}>
      {() => (
        <section class="rows" ref={place} onScroll={follow} tabIndex={0} aria-label={label}>
          <div style={{ height: `${all.length * height}px` }}>
            <div class="lines" style={{ transform: `translateY(${start * height}px)` }}>
              {all.slice(start, end).map((one) => (
                <div key={one.id} class="row" style={{ height: `${height}px` }}>
                  {children(one)}
                </div>
              ))}
            </div>
          </div>
          <p class="hidden" role="status">
            {t('rows.known', { n: all.length })}
          </p>
        </section>
      )}
    </Loading>
  );
}
