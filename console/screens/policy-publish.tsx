import { type Signal, useSignal } from '@preact/signals';
import type { PolicyLines, PolicyVersion } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { momentText } from '../format.js';
import { useLoaded } from '../load.js';
import { Deed } from '../parts/deed.js';
import { into } from '../parts/fields.js';
import { signLines } from '../passkeys.js';
import { plainText } from '../plain-text.js';
import { ownKey } from '../session.js';
import { named, t } from '../texts.js';
import type { Persons } from './persons.js';

interface PublishProps {
  /** The draft as it is typed. */
  readonly text: Signal<string>;
  /** One a line. */
  readonly signatures: Signal<string>;
  /** As what it is published; undefined: it was not checked. */
  readonly act: 'widen' | 'narrow' | undefined;
  /** The draft, read. @throws Refusal */
  policy(): unknown;
  /** Called when it is published. */
  published(): void;
}

/** Collects the signatures of a quorum under a draft, and publishes it. */
export function Publish({ text, signatures, act, policy, published }: PublishProps) {
  const persons = useLoaded('persons', () => ask<Persons>('GET', '/console/data/persons')).now.value.value;
  const asked = useSignal<PolicyLines | undefined>(undefined);
  const delay = useSignal('');
  const made = useSignal<PolicyVersion | undefined>(undefined);
  const key = ownKey.value;
  const demand = act && persons?.thresholds[act];
  const fetchLines = async () => {
    const path = `/v1/policies/lines?key=${encodeURIComponent(key?.key ?? '')}`;
    asked.value = await ask<PolicyLines>('POST', path, { policy: policy() });
  };
  const sign = async () => {
    if (asked.value === undefined || key === undefined) return;
    const { act: as, hash, text: lines } = asked.value;
    const signature = await signLines(lines, key.id);
    const file = JSON.stringify({ custosSignature: 1, act: as, hash, key: key.key, signature });
    signatures.value = [...linesOf(signatures.peek()), file].join('\n');
    asked.value = undefined;
  };
  const publish = async () => {
    const all = linesOf(signatures.peek()).map((line) => parsed(line));
    const hours = delay.peek().trim() === '' ? {} : { delay: Number(delay.peek()) };
    made.value = await ask<PolicyVersion>('POST', '/v1/policies', { policy: policy(), signatures: all, ...hours });
    published();
  };
  return (
    <section aria-labelledby="publish">
      <h3 id="publish">{t('publish.title')}</h3>
      <p>
        {act === undefined ? t('publish.unchecked') : named('act', act)}
        {demand === undefined ? '' : ` · ${t('persons.needs', { demand })}`}
        {act === 'widen' ? ` · ${t('publish.waits')}` : ''}
      </p>
      <label>
        {t('publish.signatures')}
        <textarea class="code" rows={4} spellcheck={false} value={signatures.value} onInput={into(signatures)} />
      </label>
      <p role="status">{t('publish.signedBy', { names: signers(signatures.value, persons).join(', ') || '–' })}</p>
      {act === 'widen' ? (
        <label>
          {t('publish.delay')}
          <input type="number" min={24} max={8760} value={delay.value} onInput={into(delay)} />
        </label>
      ) : null}
      <div class="actions">
        {key === undefined ? (
          <p class="notice">{t('publish.noKey')}</p>
        ) : (
          <Deed label={t('policies.sign')} work={fetchLines} />
        )}
        <button type="button" onClick={() => save(text.peek(), signatures.peek())}>
          {t('publish.handOn')}
        </button>
        <Deed class="main" label={t('publish.do')} work={publish} />
      </div>
      {asked.value === undefined ? null : (
        <div class="panel">
          <p class="notice">{t('publish.presence')}</p>
          <pre>{asked.value.text}</pre>
          <div class="actions">
            <Deed class="main" label={t('publish.confirm')} work={sign} />
            <button
              type="button"
              onClick={() => {
                asked.value = undefined;
              }}
            >
              {t('freeze.cancel')}
            </button>
          </div>
        </div>
      )}
      {made.value === undefined ? null : (
        <p class="good" role="status">
          {t('publish.done', { version: made.value.version, time: momentText(made.value.effectiveAt) })}
        </p>
      )}
    </section>
  );
}

/** What somebody hands on is a draft with its signatures. @returns undefined for anything else */
export function handedOn(text: string): { readonly policy: string; readonly signatures: string } | undefined {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || !('policy' in value) || !('signatures' in value)) return undefined;
  const { policy, signatures } = value;
  if (!Array.isArray(signatures)) return undefined;
  const lines = signatures.map((one) => JSON.stringify(one));
  return { policy: JSON.stringify(policy, undefined, 2), signatures: lines.join('\n') };
}

/** A file for the next person of the quorum, who opens it in the field of the draft. */
function save(policy: string, signatures: string): void {
  const content = { policy: parsed(policy), signatures: linesOf(signatures).map((line) => parsed(line)) };
  const link = document.createElement('a');
  link.href = URL.createObjectURL(
    new Blob([`${JSON.stringify(content, undefined, 2)}\n`], { type: 'application/json' }),
  );
  link.download = 'policy-draft.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** By the keys that the lines name. Whether they are true signatures is verified when it is published. */
function signers(text: string, persons: Persons | undefined): readonly string[] {
  return linesOf(text).map((line) => {
    const value = parsed(line);
    const key = typeof value === 'object' && value !== null && 'key' in value ? String(value.key) : '';
    return persons?.persons.find(({ keys }) => keys.includes(key))?.name ?? plainText(key, 24);
  });
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** The text itself if it is not JSON: the server says what is wrong with it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
