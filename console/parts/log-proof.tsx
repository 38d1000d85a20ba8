import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, Refusal, send } from '../api.js';
import { keepPinned, type Pinned, readPinned } from '../pinned.js';
import { plainText } from '../plain-text.js';
import { readLogKey } from '../proof/note.js';
import { type Fault, type Verdict, verifyExport, verifyGrowth } from '../proof/verify.js';
import { t } from '../texts.js';
import { Deed } from './deed.js';
import { Panel } from './shown.js';

/** What is known of the log: what it is held to, and what is wrong with it. */
export interface LogState {
  readonly pinned: Signal<Pinned>;
  readonly faults: Signal<readonly Fault[]>;
}

export function useLogState(): LogState {
  const state = { pinned: useSignal<Pinned>({ key: undefined, heads: {} }), faults: useSignal<readonly Fault[]>([]) };
  useEffect(() => {
    void readPinned().then((found) => {
      state.pinned.value = found;
    });
  }, []);
  return state;
}

/** Checks the log in this browser, and exports it. */
export function LogProof({ pinned, faults }: LogState) {
  const progress = useSignal('');
  const verdict = useSignal<Verdict | undefined>(undefined);
  const grown = useSignal<readonly string[]>([]);
  const begin = () => {
    [verdict.value, grown.value, faults.value, progress.value] = [undefined, [], [], ''];
  };
  const verify = async () => {
    begin();
    const { key } = pinned.peek();
    const answer = await send('GET', `/v1/audit/export${keyQuery(pinned.peek())}`);
    const found = await verifyExport(linesOf(answer), pinned.peek(), (n) => {
      progress.value = t('audit.checking', { n });
    });
    [verdict.value, faults.value, progress.value] = [found, found.faults, ''];
    if (found.faults.length === 0) keep({ key, heads: found.heads });
  };
  const growth = async () => {
    begin();
    const { key, heads } = pinned.peek();
    const next: Record<string, string> = { ...heads };
    for (const [log, note] of Object.entries(heads)) {
      const size = note.split('\n')[1] ?? '0';
      const proof = await ask<unknown>('GET', `/v1/audit/growth?writer=${encodeURIComponent(log)}&size=${size}`);
      const found = await verifyGrowth(proof, note, { key, heads });
      if (typeof found === 'string') faults.value = [...faults.peek(), { kind: found, where: log }];
      else {
        next[log] = found.note;
        grown.value = [...grown.peek(), t('audit.growth', { log, from: found.from, to: found.to })];
      }
    }
    if (faults.peek().length === 0) keep({ key, heads: next });
  };
  const keep = (next: Pinned) => {
    pinned.value = next;
    keepPinned(next);
  };
  const { key, heads } = pinned.value;
  return (
    <Panel title={t('audit.proof')}>
      <p class="muted">{t('audit.hint')}</p>
      <KeyField pinned={pinned} keep={keep} />
      <div class="actions">
        <Deed class="main" label={t('audit.verify')} work={() => verify().catch(withoutEd25519)} />
        {key !== undefined && Object.keys(heads).length > 0 && (
          <Deed label={t('audit.grown')} work={() => growth().catch(withoutEd25519)} />
        )}
        <Deed label={t('audit.export')} work={() => save(pinned.peek())} />
      </div>
      <div aria-live="polite">
        {progress.value === '' ? null : <p class="muted">{progress.value}</p>}
        {grown.value.map((text) => (
          <p key={text} class="good">
            {text}
          </p>
        ))}
        <Shown verdict={verdict.value} faults={faults.value} hasKey={key !== undefined} />
      </div>
    </Panel>
  );
}

function KeyField({ pinned, keep }: { readonly pinned: Signal<Pinned>; keep(next: Pinned): void }) {
  const isWrong = useSignal(false);
  const take = async (text: string) => {
    const key = await readLogKey(text);
    isWrong.value = key === undefined && text.trim() !== '';
    if (key?.line !== pinned.peek().key?.line) keep({ key, heads: {} });
  };
  return (
    <label>
      {t('audit.key')}
      <input
        class="code"
        spellcheck={false}
        placeholder="custos/…+…+…"
        value={pinned.value.key?.line ?? ''}
        onChange={(event) => void take(event.currentTarget.value)}
        aria-invalid={isWrong.value}
      />
      {isWrong.value && <span role="alert">{t('audit.keyWrong')}</span>}
    </label>
  );
}

interface ShownProps {
  readonly verdict: Verdict | undefined;
  readonly faults: readonly Fault[];
  readonly hasKey: boolean;
}

function Shown({ verdict, faults, hasKey }: ShownProps) {
  if (faults.length > 0) {
    return (
      <div class="refusal" role="alert">
        <strong>{t('audit.broken')}</strong>
        <ul>
          {faults.map(({ kind, where }, at) => (
            <li key={at}>
              <code>{plainText(where, 80)}</code> {t(`fault.${kind}`)}
            </li>
          ))}
        </ul>
      </div>
    );
  }
  if (verdict === undefined) return null;
  const { events, unsigned, pruned } = verdict;
  return (
    <>
      <p class={hasKey ? 'good' : 'notice'}>{t(hasKey ? 'audit.whole' : 'audit.wholeUnsigned', { n: events })}</p>
      {hasKey && unsigned > 0 && <p class="muted">{t('audit.others', { n: unsigned })}</p>}
      {pruned > 0 && <p class="muted">{t('audit.prunedOnes', { n: pruned })}</p>}
    </>
  );
}

function keyQuery({ key }: Pinned): string {
  return key === undefined ? '' : `?key=${encodeURIComponent(key.line)}`;
}

async function save(pinned: Pinned): Promise<void> {
  const answer = await send('GET', `/v1/audit/export${keyQuery(pinned)}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = 'audit.jsonl';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (body === null) return;
  const reader = body
    .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let left = '';
  for (;;) {
    const { done, value } = await reader.read();
    const parts = (left + (value ?? '')).split('\n');
    left = done ? '' : (parts.pop() ?? '');
    yield* parts.filter((line) => line !== '');
    if (done) return;
  }
}

function withoutEd25519(error: unknown): never {
  // A refusal with a status is shown with its words.
  if (error instanceof DOMException) throw new Refusal(501, 'NOT_SUPPORTED', t('audit.noEd25519'));
  throw error;
}
