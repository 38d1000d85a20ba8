import type { DraftChecked, DraftDiff } from '../../api/forms/control.js';
import type { FreezesService, PoliciesService } from '../../api/parts.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { objectOf, tryJson } from '../../core/json.js';
import { scopeText } from '../../core/policy/freeze.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { checkField } from '../../http/problems.js';
import { checkPolicy } from '../../policy/statics/check.js';
import { diffPolicies } from '../../policy/statics/diff.js';
import { controlView } from '../../vault/control-seal.js';
import { makeFreeze } from '../freezes/make.js';
import { freezeJson, shownFreezes } from '../freezes/shown.js';
import { shownFirst, versionJson, versionOf } from '../policy/history.js';
import { policyHistory } from '../policy/published.js';
import { parsePolicy } from '../policy/schema.js';
import { policyLines } from '../policy/shown-policy.js';

export interface ServedControlParts {
  readonly store: Pick<Store, 'storeId' | 'freezes' | 'policies'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Of the journal. */
  readonly mac: JournalMac;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
  /** Tickers of all chains. */
  readonly chains: readonly string[];
}

/** Freezes as the API makes and shows them. It ends none: that takes the root key. */
export function servedFreezes({ store, clock, mac, chains }: ServedControlParts): FreezesService {
  const { freezes, storeId } = store;
  const all: FreezesService['all'] = async () =>
    shownFreezes(await freezes.all(), storeId).map((one) => ({ scope: one.freeze.scope, shown: freezeJson(one) }));
  return {
    all,
    async create(scope, reason) {
      if (scope.kind === 'chain') checkField('body/scope', () => requireChain(scope.chain, chains));
      const wanted = scopeText(scope);
      const known = (await all()).find(({ shown }) => shown.scope === wanted && shown.state === 'active');
      if (known !== undefined) return { isNew: false, shown: known.shown };
      const wish = { storeId, scope, reason, now: clock.now() };
      const made = checkField('body/reason', () => makeFreeze(wish, { mac }));
      await freezes.add(made);
      const [shown] = shownFreezes([made], storeId);
      if (shown === undefined) throw new CustosError('INTERNAL', 'a freeze that was just made cannot be read');
      return { isNew: true, shown: freezeJson(shown) };
    },
  };
}

/** A mistyped chain would leave the right one at work. @throws CustosError CHAIN_UNKNOWN */
function requireChain(chain: string, chains: readonly string[]): void {
  if (!chains.includes(chain)) throw new CustosError('CHAIN_UNKNOWN', `there is no chain ${chain}`);
}

/** Policies as the API shows them, from the front's copies. */
export function servedPolicies({ store, clock, viewKey, chains }: ServedControlParts): PoliciesService {
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
      return { version, hash, lines: [...policyLines(policy)], findings: [...checkPolicy(policy, chains)] };
    },
    async diff(text, from): Promise<DraftDiff> {
      const policy = readDraft(text);
      const before = (await found(from)).policy;
      const { effect, changes } = diffPolicies(before, policy);
      return { from: before.version, effect, changes: [...changes] };
    },
  };
}

/** @throws CustosError REQUEST_INVALID */
function readDraft(text: string) {
  return checkField('body/policy', () => parsePolicy(text));
}
