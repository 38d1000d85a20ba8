import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { distanceText, groupsOf, momentText } from '../format.js';
import type { Loaded } from '../load.js';
import { plainText } from '../plain-text.js';
import { named, t } from '../texts.js';

/** A text that somebody else wrote: it is one piece, runs from left to right, and cannot look like more than it is. */
export function Foreign({ text, most }: { readonly text: string; readonly most?: number }) {
  return (
    <bdi class="foreign" dir="ltr">
      {plainText(text, most)}
    </bdi>
  );
}

/** An address, whole and in groups; what is copied has no gaps. */
export function Address({ text }: { readonly text: string }) {
  const isCopied = useSignal(false);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => {
      isCopied.value = true;
      setTimeout(() => {
        isCopied.value = false;
      }, 1500);
    });
  };
  return (
    <span class="address">
      <bdi dir="ltr">
        {groupsOf(plainText(text)).map((group, at) => (
          <span key={at}>{group}</span>
        ))}
      </bdi>
      {/* Browsers give no page without TLS the clipboard. */}
      {window.isSecureContext ? (
        <button type="button" class="quiet" aria-label={t('copy.do')} title={t('copy.do')} onClick={copy}>
          <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
            <path
              d={isCopied.value ? 'M2 8.500l4 4 8-9' : 'M6 2h8v9h-8z M10 11v3h-8v-9h4'}
              fill="none"
              stroke="currentColor"
              stroke-width="1.500"
            />
          </svg>
        </button>
      ) : null}
      <span role="status" class="hidden">
        {isCopied.value ? t('copy.done') : ''}
      </span>
    </span>
  );
}

/** Rows under their heads; what is too wide scrolls by itself. */
export function Table({
  heads,
  isPanel = false,
  children,
}: {
  readonly heads: readonly string[];
  /** It stands alone, and not in a panel. */
  readonly isPanel?: boolean;
  readonly children: ComponentChildren;
}) {
  const place = useRef<HTMLDivElement>(null);
  const isWide = useSignal(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const watch = new ResizeObserver(() => {
      isWide.value = element.scrollWidth > element.clientWidth;
    });
    for (const one of [element, ...element.children]) watch.observe(one);
    return () => watch.disconnect();
  }, []);
  // What scrolls must be reached by the keyboard; what does not is no stop on its way.
  const stop = isWide.value ? { tabIndex: 0, role: 'region' as const, 'aria-label': heads.join(', ') } : {};
  return (
    <div class={isPanel ? 'scroll panel' : 'scroll'} ref={place} {...stop}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A state in words and in a colour. */
export function State({ kind = 'state', name }: { readonly kind?: string; readonly name: string }) {
  return <span class={`chip ${kind}-${/^[a-z-]+$/.test(name) ? name : 'other'}`}>{named(kind, name)}</span>;
}

/** A moment: how long ago, and exactly when. */
export function Moment({ at }: { readonly at: string | number }) {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={momentText(at)}>
      {distanceText(at)}
    </time>
  );
}

interface LoadingProps<T> {
  readonly of: Loaded<T>;
  /** Shown where there is nothing. */
  readonly empty?: string;
  readonly isEmpty?: (value: T) => boolean;
  readonly children: (value: T) => ComponentChildren;
}

/** What was read from the server, or the truth about why it is not there. */
export function Loading<T>({ of: { value, refusal }, empty = '', isEmpty = () => false, children }: LoadingProps<T>) {
  return (
    <>
      {refusal === undefined ? null : (
        <p class="refusal" role="alert">
          {refusal.isOffline
            ? t('load.offline')
            : `${t('load.refused')}: ${plainText(refusal.message)} (${refusal.code})`}
        </p>
      )}
      {value === undefined ? (
        refusal === undefined && <p class="muted">{t('load.loading')}</p>
      ) : isEmpty(value) ? (
        <p class="muted">{empty}</p>
      ) : (
        children(value)
      )}
    </>
  );
}

/** The heading of a screen: the keyboard and the reader of the screen begin there. */
export function Title({ children }: { readonly children: ComponentChildren }) {
  return <h1 tabIndex={-1}>{children}</h1>;
}

/** Names and what they are; what there is nothing of is left out. */
export function Facts({ all }: { readonly all: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  const shown = all.filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value != null && value !== false && value !== '',
  );
  return (
    <dl class="facts">
      {shown.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}
    </dl>
  );
}

export function Panel({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="panel">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
