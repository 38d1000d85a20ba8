import type { FreezesService, PoliciesService } from '../../api/control-parts.js';
import type { DraftChecked, DraftDiff } from '../../api/forms/control.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { objectOf, tryJson } from '../../core/json.js';
import { scopeText } from '../../core/policy/freeze.js';
import type { Journal } from '../../core/store/journal.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { checkField } from '../../http/problems.js';
import { unfreezeDecree } from '../../policy/freezes.js';
import { decreeLines } from '../../policy/quorum.js';
import { diffPolicies } from '../../policy/statics/diff.js';
import { policyDecree } from '../../policy/statics/publication.js';
import { controlView } from '../../vault/control-seal.js';
import { freezeLines, readUnfreezeSignature } from '../freezes/end.js';
import { makeFreeze } from '../freezes/make.js';
import { freezeJson, shownFreezes } from '../freezes/shown.js';
import { backtest } from '../policy/backtest.js';
import type { DecodingParts } from '../policy/decoded.js';
import { policyFindings } from '../policy/findings.js';
import { shownFirst, versionJson, versionOf } from '../policy/history.js';
import { policyHistory } from '../policy/published.js';
import { parsePolicy } from '../policy/schema.js';
import { policyLines } from '../policy/shown-policy.js';
import { agreementOf, readPolicySignature } from '../policy/signed-policy.js';
import { type DecreeParts, endSigned, publishSigned } from './decrees.js';

export interface ServedControlParts extends DecreeParts {
  readonly clock: Pick<Clock, 'now'>;
  /** Of the journal. */
  readonly mac: JournalMac;
  /** Tickers of all chains. */
  readonly chains: readonly string[];
}

/** Freezes as the API makes, shows and ends them. */
export function servedFreezes(parts: ServedControlParts): FreezesService {
  const { store, clock, mac, chains } = parts;
  const { freezes, storeId } = store;
  const all: FreezesService['all'] = async () =>
    shownFreezes(await freezes.all(), storeId).map((one) => ({ scope: one.freeze.scope, shown: freezeJson(one) }));
  return {
    all,
    async create({ scope, reason, person }) {
      if (scope.kind === 'chain') checkField('body/scope', () => requireChain(scope.chain, chains));
      const wanted = scopeText(scope);
      const known = (await all()).find(({ shown }) => shown.scope === wanted && shown.state === 'active');
      if (known !== undefined) return { isNew: false, shown: known.shown };
      const wish = { storeId, scope, reason, person, now: clock.now() };
      const made = checkField('body/reason', () => makeFreeze(wish, { mac }));
      await freezes.add(made);
      const [shown] = shownFreezes([made], storeId);
      if (shown === undefined) throw new CustosError('INTERNAL', 'a freeze that was just made cannot be read');
      return { isNew: true, shown: freezeJson(shown) };
    },
    endLines: async (id, key) => decreeLines(unfreezeDecree(await freezeLines(store, id)), key),
    async end(id, signatures) {
      const signed = signatures.map((one) => readUnfreezeSignature(JSON.stringify(one), id));
      await endSigned(parts, id, signed);
      const ended = (await all()).find(({ shown }) => shown.id === id);
      if (ended === undefined) throw new CustosError('FREEZE_UNKNOWN', `the store has no freeze ${id}`);
      return ended.shown;
    },
  };
}

/** A mistyped chain would leave the right one at work. @throws CustosError CHAIN_UNKNOWN */
function requireChain(chain: string, chains: readonly string[]): void {
  if (!chains.includes(chain)) throw new CustosError('CHAIN_UNKNOWN', `there is no chain ${chain}`);
}

/** What policies are shown, tried and published with. */
type ServedPolicyParts = Omit<ServedControlParts, 'mac'> & {
  readonly store: Pick<Store, 'wallets'> & { readonly journal: Pick<Journal, 'find'> };
  /** What past transactions are decoded with. */
  readonly decoding: Omit<DecodingParts, 'store'>;
};

/** Policies as the API shows them, from the front's copies, and publishes them, by whoever has the root key. */
export function servedPolicies(parts: ServedPolicyParts): PoliciesService {
  const { store, clock, viewKey, decoding } = parts;
  const seal = controlView(viewKey, store.storeId);
  const history = () => policyHistory({ store, seal, clock });
  const found = async (version: number | undefined) => {
    const all = await history();
    return version === undefined ? shownFirst(all) : versionOf(all, version);
  };
  return {
    history: async () => (await history()).map(versionJson),
    async version(version) {
      const one = await found(version);
      const { policy } = one;
      const written = objectOf(tryJson(policy.text), () => new CustosError('INTERNAL', 'a policy is not JSON'));
      return { ...versionJson(one), lines: [...policyLines(policy)], policy: { ...written } };
    },
    check(text): DraftChecked {
      const policy = readDraft(text);
      const { version, hash } = policy;
      return { version, hash, lines: [...policyLines(policy)], findings: [...policyFindings(policy, decoding.chains)] };
    },
    async diff(text, from): Promise<DraftDiff> {
      const policy = readDraft(text);
      const before = (await found(from)).policy;
      const { effect, changes } = diffPolicies(before, policy);
      return { from: before.version, effect, changes: [...changes] };
    },
    async lines(text, key) {
      const policy = readDraft(text);
      const before = (await history()).find((one) => one.policy.hash === policy.previous)?.policy;
      const { act } = agreementOf(policy, before);
      return { act, hash: policy.hash, text: decreeLines(policyDecree(policy, { store: store.storeId, act }), key) };
    },
    async backtest(text, limit, isShown) {
      const shown = new Set<string>();
      const find: Journal['find'] = async (filter) => {
        const found = await store.journal.find(filter);
        for (const entry of found) if (isShown(entry)) shown.add(entry.id);
        return found;
      };
      const { rows, changed, undecided } = await backtest(
        readDraft(text),
        { ...decoding, store, journal: { find } },
        limit,
      );
      const data = rows
        .filter(({ id }) => shown.has(id))
        .map(({ at, shadow: _, reasons, ...row }) => ({
          ...row,
          createdAt: new Date(at).toISOString(),
          reasons: [...reasons],
        }));
      return { judged: rows.length, changed, undecided, data };
    },
    async publish(text, { signatures, delay }) {
      const policy = readDraft(text);
      const signed = signatures.map((one) => readPolicySignature(JSON.stringify(one), policy));
      const isNew = await publishSigned(parts, policy, { signatures: signed, delay });
      return { isNew, version: versionJson(await found(policy.version)) };
    },
  };
}

/** @throws CustosError REQUEST_INVALID */
function readDraft(text: string) {
  return checkField('body/policy', () => parsePolicy(text));
}
