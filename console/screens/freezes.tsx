import { useSignal } from '@preact/signals';
import type { Freeze, FreezePage } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { Deed } from '../parts/deed.js';
import { into } from '../parts/fields.js';
import { Foreign, Loading, Moment, Panel, Title } from '../parts/shown.js';
import { signLines } from '../passkeys.js';
import { plainText } from '../plain-text.js';
import { may, ownKey } from '../session.js';
import { t } from '../texts.js';

/** What is stopped and was stopped. To end a freeze, each person signs, and whoever has all signatures hands them in. */
export function Freezes() {
  const { now, again } = useLoaded('all freezes', () => ask<FreezePage>('GET', '/v1/freezes?limit=200'));
  return (
    <>
      <Title>{t('overview.freezes')}</Title>
      <Loading of={now.value} empty={t('overview.freezesNone')} isEmpty={({ data }) => data.length === 0}>
        {({ data }) => (
          <>
            {data.toReversed().map((one) => (
              <FreezeShown key={one.id} one={one} again={again} />
            ))}
          </>
        )}
      </Loading>
    </>
  );
}

function FreezeShown({ one, again }: { readonly one: Freeze; again(): void }) {
  return (
    <Panel title={one.scope}>
      <p>
        <Foreign text={one.reason} /> · <Moment at={one.at} />
        {one.person === undefined ? '' : ` · ${t('freeze.by', { name: plainText(one.person) })}`}{' '}
        <span class={one.state === 'ended' ? 'chip' : 'chip hazard'}>{t(`freeze.${one.state}`)}</span>
      </p>
      {one.state !== 'ended' && may('freezes:end') && <End one={one} again={again} />}
    </Panel>
  );
}

function End({ one, again }: { readonly one: Freeze; again(): void }) {
  const text = useSignal('');
  const key = ownKey.value;
  const path = `/v1/freezes/${encodeURIComponent(one.id)}/end`;
  const sign = async () => {
    if (key === undefined) return;
    const lines = await ask<{ text: string }>('GET', `${path}/lines?key=${encodeURIComponent(key.key)}`);
    const signature = await signLines(lines.text, key.id);
    const file = JSON.stringify({ custosUnfreeze: 1, freeze: one.id, key: key.key, signature });
    text.value = text.value.trim() === '' ? file : `${text.value.trim()}\n${file}`;
  };
  const end = async () => {
    const signatures = text
      .peek()
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(parsed);
    await ask('POST', path, { signatures });
    again();
  };
  return (
    <>
      <label>
        {t('freeze.signatures')}
        <textarea class="code" rows={4} spellcheck={false} value={text.value} onInput={into(text)} />
      </label>
      <div class="actions">
        {key === undefined ? null : <Deed label={t('freeze.sign')} work={sign} />}
        <Deed class="main" label={t('freeze.end')} work={end} />
      </div>
    </>
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
