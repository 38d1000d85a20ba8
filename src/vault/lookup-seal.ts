import { readLogin } from '../core/access/user-login.js';
import { CustosError } from '../core/errors.js';
import { parseChainId, parseOwnerId, parseTenantId } from '../core/ids.js';
import { isObject, parseJson } from '../core/json.js';
import type { BlindIndex, LookupSeal } from '../core/signing/lookup.js';
import { readSpending, spendingJson } from '../core/signing/spending.js';
import { tenantOf } from '../core/signing/wallet.js';
import type { StoredAddress, StoredOwner } from '../core/store/owners.js';
import { expandKey, joinUnambiguously, open, seal } from '../crypto/seal.js';
import { equalBytes } from './open-secret.js';
import type { Sealing } from './records.js';

/** For whoever has the key of the public halves. What it opens has to be found by its own digest: none passes for another. */
export function lookupSeal({ storeId, extracted }: Sealing, index: BlindIndex): LookupSeal {
  const withKey = <T>(info: string, work: (key: Uint8Array) => T): T => {
    const key = expandKey(extracted, Buffer.from(info));
    const result = work(key);
    key.fill(0);
    return result;
  };
  const ofOwner = ({ tenant, createdAt }: Pick<StoredOwner, 'tenant' | 'createdAt'>) =>
    joinUnambiguously(['custos/owner', storeId, tenant, String(createdAt)]);
  const ofAddress = ({ signatureId, index: child }: Pick<StoredAddress, 'signatureId' | 'index'>) =>
    joinUnambiguously(['custos/address', storeId, signatureId, String(child)]);
  return {
    sealOwner({ tenant, owner, createdAt, mostWallets, mostRequests, mostSpent, login }) {
      const text = JSON.stringify({
        owner,
        ...(mostWallets !== undefined && { mostWallets }),
        ...(mostRequests !== undefined && { mostRequests }),
        ...(mostSpent && { mostSpent: spendingJson(mostSpent) }),
        ...(login && { login }),
      });
      const content = Buffer.from(text);
      const box = withKey('custos/v1/owner', (key) => seal(key, content, ofOwner({ tenant, createdAt })));
      return { digest: index.owner(tenant, owner), tenant, createdAt, box };
    },
    openOwner(stored) {
      const content = withKey('custos/v1/owner', (key) => open(key, stored.box, ofOwner(stored)));
      const { tenant, createdAt } = stored;
      const { owner, mostWallets, mostRequests, mostSpent: spending, login: sealed } = readJson(content, 'an owner');
      const login = sealed === undefined ? undefined : readLogin(sealed);
      const mostSpent = spending === undefined ? undefined : readSpending(spending);
      if (sealed !== undefined && login === undefined) throw damaged('an owner');
      // A limit that cannot be read must not pass for none.
      if (spending !== undefined && mostSpent === undefined) throw damaged('an owner');
      const known = { tenant, owner: parseOwnerId(owner), createdAt, ...(login && { login }) };
      if (!equalBytes(index.owner(tenant, known.owner), stored.digest)) throw damaged('an owner');
      return {
        ...known,
        ...(typeof mostWallets === 'number' && { mostWallets }),
        ...(typeof mostRequests === 'number' && { mostRequests }),
        ...(mostSpent && { mostSpent }),
      };
    },
    sealAddress(place, address) {
      const { signatureId, index: child, chain, network } = place;
      const content = Buffer.from(JSON.stringify({ tenant: tenantOf(place), chain, network, address }));
      const box = withKey(`${signatureId}/address`, (key) => seal(key, content, ofAddress(place)));
      return { signatureId, index: child, digest: index.address(place, address), box };
    },
    openAddress(stored) {
      const { signatureId, index: child } = stored;
      const content = withKey(`${signatureId}/address`, (key) => open(key, stored.box, ofAddress(stored)));
      const { tenant, chain, network, address } = readJson(content, 'an address');
      if (typeof address !== 'string' || (network !== 'mainnet' && network !== 'testnet')) throw damaged('an address');
      const of = { tenant: parseTenantId(tenant), chain: parseChainId(chain), network } as const;
      if (!equalBytes(index.address(of, address), stored.digest)) throw damaged('an address');
      return { ...of, signatureId, index: child, address };
    },
  };
}

/** What was sealed here, so that only damage has another form. */
function readJson(content: Uint8Array | undefined, what: string): Readonly<Record<string, unknown>> {
  if (content === undefined) throw damaged(what);
  const value = parseJson(Buffer.from(content).toString('utf8'), () => damaged(what));
  if (!isObject(value)) throw damaged(what);
  return value;
}

function damaged(what: string): CustosError {
  return new CustosError('RECORD_DAMAGED', `the record of ${what} does not open, or is found by another digest`);
}
