import { useSignal } from '@preact/signals';
import type { Policy, PolicyBacktest, PolicyCheck, PolicyDiff, PolicyVersions } from '../../src/client/operations.js';
import { ask, Refusal } from '../api.js';
import { useLoaded } from '../load.js';
import { Deed } from '../parts/deed.js';
import { Foreign, Loading, Moment, Panel, State, Title } from '../parts/shown.js';
import { Tried } from '../parts/tried.js';
import { WHOLE } from '../plain-text.js';
import { linkTo } from '../route.js';
import { may } from '../session.js';
import { named, t } from '../texts.js';
import { handedOn, Publish } from './policy-publish.js';

/** The policy in force as sentences, its versions, and a draft that is checked, compared and tried. */
export function Policies() {
  const { now: current, again } = useLoaded('current', () =>
    ask<Policy>('GET', '/v1/policies/current').catch(unlessMissing),
  );
  const { now: versions, again: listAgain } = useLoaded('versions', () => ask<PolicyVersions>('GET', '/v1/policies'));
  const published = () => {
    again();
    listAgain();
  };
  return (
    <>
      <Title>{t('nav.policies')}</Title>
      <div class="grid">
        <Panel title={t('policies.current')}>
          <Loading of={current.value} empty={t('policies.none')} isEmpty={(one) => one === undefined || one === null}>
            {(one) => <Sentences lines={one?.lines ?? []} />}
          </Loading>
        </Panel>
        <Panel title={t('policies.versions')}>
          <Loading of={versions.value} empty={t('policies.none')} isEmpty={({ data }) => data.length === 0}>
            {({ data }) => (
              <ul class="plain">
                {data.map(({ version, state, publishedAt, hash }) => (
                  <li key={version}>
                    <a href={linkTo('policies', String(version))}>{t('policies.version', { version })}</a>{' '}
                    <span class="chip">{named('policy', state)}</span> <Moment at={publishedAt} />{' '}
                    <code class="muted">{hash.slice(0, 19)}…</code>
                  </li>
                ))}
              </ul>
            )}
          </Loading>
        </Panel>
      </div>
      <Draft
        before={current.value.value ?? undefined}
        newest={versions.value.value?.data[0]?.version}
        published={published}
      />
    </>
  );
}

/** One version, whatever became of it. */
export function PolicyShown({ id }: { readonly id: string }) {
  const one = useLoaded(id, () => ask<Policy>('GET', `/v1/policies/${encodeURIComponent(id)}`)).now;
  return (
    <>
      <p>
        <a href={linkTo('policies')}>← {t('nav.policies')}</a>
      </p>
      <Title>{t('policies.version', { version: id })}</Title>
      <Loading of={one.value}>
        {({ lines, policy }) => (
          <>
            <Panel title={t('policies.says')}>
              <Sentences lines={lines} />
            </Panel>
            <Panel title="JSON">
              <pre>{JSON.stringify(policy, undefined, 2)}</pre>
            </Panel>
          </>
        )}
      </Loading>
    </>
  );
}

function unlessMissing(error: unknown): null {
  if (error instanceof Refusal && error.code === 'POLICY_MISSING') return null;
  throw error;
}

function Sentences({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul class="plain">
      {lines.map((line, at) => (
        <li key={at}>
          <Foreign text={line} most={WHOLE} />
        </li>
      ))}
    </ul>
  );
}

interface Found {
  readonly check?: PolicyCheck;
  readonly diff?: PolicyDiff;
  readonly tried?: PolicyBacktest;
}

interface DraftProps {
  /** In force. */
  readonly before: Policy | undefined;
  /** After which the next version comes: it may still wait. */
  readonly newest: number | undefined;
  published(): void;
}

function Draft({ before, newest, published }: DraftProps) {
  const text = useSignal('');
  const signatures = useSignal('');
  const found = useSignal<Found>({});
  const begin = async () => {
    const last = await ask<Policy>('GET', `/v1/policies/${newest}`);
    const next = { ...last.policy, version: last.version + 1, previous: last.hash };
    text.value = JSON.stringify(next, undefined, 2);
    found.value = {};
  };
  const type = (typed: string) => {
    const handed = handedOn(typed);
    text.value = handed?.policy ?? typed;
    if (handed !== undefined) signatures.value = handed.signatures;
    // What was found is about another draft.
    found.value = {};
  };
  const draft = () => ({ policy: parsed(text.peek()) });
  const check = async () => {
    const [one, diff] = await Promise.all([
      ask<PolicyCheck>('POST', '/v1/policies/check', draft()),
      before === undefined ? undefined : ask<PolicyDiff>('POST', '/v1/policies/diff', draft()),
    ]);
    found.value = { check: one, ...(diff && { diff }) };
  };
  const tryIt = async () => {
    const tried = await ask<PolicyBacktest>('POST', '/v1/policies/backtest?limit=200', draft());
    found.value = { ...found.peek(), tried };
  };
  return (
    <Panel title={t('policies.draft')}>
      <p class="muted">{t('policies.draftHint')}</p>
      <label>
        {t('policies.text')}
        <textarea
          class="code"
          spellcheck={false}
          value={text.value}
          onInput={({ currentTarget }) => type(currentTarget.value)}
        />
      </label>
      <div class="actions">
        {newest === undefined ? null : <Deed label={t('policies.begin')} work={begin} />}
        <Deed class="main" label={t('policies.check')} work={check} />
        {may('policies:write') && <Deed label={t('policies.try')} work={tryIt} />}
      </div>
      <DraftFound {...found.value} />
      {may('policies:write') && text.value.trim() !== '' && (
        <Publish
          text={text}
          signatures={signatures}
          act={found.value.check && (found.value.diff?.effect === 'widens' ? 'widen' : 'narrow')}
          policy={() => draft().policy}
          published={published}
        />
      )}
    </Panel>
  );
}

function DraftFound({ check, diff, tried }: Found) {
  return (
    <div aria-live="polite">
      {check === undefined ? null : (
        <>
          <h3>{t('policies.found')}</h3>
          {check.findings.length === 0 && <p class="good">{t('policies.fine')}</p>}
          <ul class="plain">
            {check.findings.map(({ level, what, text }, at) => (
              <li key={at}>
                <State kind="level" name={level} /> <strong>{what}</strong> <Foreign text={text} />
              </li>
            ))}
          </ul>
        </>
      )}
      {diff === undefined ? null : (
        <>
          <h3>
            {t('policies.diff', { version: diff.from })} <State kind="effect" name={diff.effect} />
          </h3>
          <ul class="plain">
            {diff.changes.map(({ effect, what, why }, at) => (
              <li key={at}>
                <State kind="effect" name={effect} /> <strong>{what}</strong> <Foreign text={why} most={WHOLE} />
              </li>
            ))}
          </ul>
        </>
      )}
      {tried === undefined ? null : <Tried tried={tried} />}
    </div>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'JSON', t('policies.notJson'));
  }
}
