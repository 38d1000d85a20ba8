import type { Scope } from '../../core/access/scopes.js';
import { CustosError } from '../../core/errors.js';
import type { SignatureId } from '../../core/ids.js';
import { isOffered } from '../../core/network/node-methods.js';
import type { Wallet } from '../../core/signing/wallet.js';
import { requireChain, requireScope } from '../caller.js';
import { walletPage } from '../wallets/pages.js';
import { accountSignData, ethSign, personalSign, signTypedData } from './messages.js';
import type { CallContext, Method } from './method.js';
import { accountSignTransaction, sendTransaction, signTransaction } from './transactions.js';

/** Most addresses of an answer. */
const MOST_ACCOUNTS = 1000;
const PAGE = 200;
/** The version of clef's interface that is spoken. */
const CLEF = '6.1.0';

const accounts: Method = async (_params, context) => context.parts.words.addresses(await walletsOf(context));

/** What a node only fills in, and needs no key for. */
const alsoPassed: ReadonlySet<string> = new Set([
  'eth_fillTransaction',
  'eth_newPendingTransactionFilter',
  'eth_config',
]);

/** A method that is done here. */
export interface OwnMethod {
  readonly name: string;
  /** Absent: any token may call it. */
  readonly scope?: Scope;
  /** What it does, for docs/api.md. */
  readonly about: string;
  readonly call: Method;
}

const [reading, asking] = ['wallets:read', 'transactions:create'] as const;
const [message, typed] = ['messages:sign', 'typed-data:sign'] as const;

/** All other methods that are offered are those of the node. */
export const ownMethods: readonly OwnMethod[] = [
  { name: 'eth_accounts', scope: reading, call: accounts, about: 'addresses of the wallets that the token includes' },
  { name: 'eth_sendTransaction', scope: asking, call: sendTransaction, about: 'sign and send; the transaction id' },
  { name: 'eth_signTransaction', scope: asking, call: signTransaction, about: 'sign what is complete; the bytes' },
  { name: 'eth_sign', scope: message, call: ethSign, about: 'sign bytes by EIP-191: address, data' },
  { name: 'personal_sign', scope: message, call: personalSign, about: 'sign bytes by EIP-191: data, address' },
  { name: 'eth_signTypedData', scope: typed, call: signTypedData, about: 'sign by EIP-712: address, typed data' },
  { name: 'eth_signTypedData_v4', scope: typed, call: signTypedData, about: 'the same' },
  { name: 'account_list', scope: reading, call: accounts, about: 'the same as `eth_accounts`, by its name in clef' },
  {
    ...{ name: 'account_signTransaction', scope: asking, call: accountSignTransaction },
    about: 'sign what is complete; the bytes (`raw`) and the transaction as nodes show it (`tx`)',
  },
  {
    ...{ name: 'account_signData', scope: message, call: accountSignData },
    about: 'sign bytes by EIP-191: `text/plain`, address, data',
  },
  { name: 'account_signTypedData', scope: typed, call: signTypedData, about: 'sign by EIP-712: address, typed data' },
  { name: 'account_version', call: async () => CLEF, about: `\`${CLEF}\`` },
  { name: 'health_status', call: async () => 'OK', about: '`OK`' },
];

const byName: ReadonlyMap<string, OwnMethod> = new Map(ownMethods.map((one) => [one.name, one]));

/** Does one call: with a key here, or at the node. @throws CustosError METHOD_NOT_OFFERED, SCOPE_MISSING, and what the method throws */
export async function callMethod(name: string, params: readonly unknown[], context: CallContext): Promise<unknown> {
  const { parts, caller, chain } = context;
  const own = byName.get(name);
  if (own !== undefined) {
    if (own.scope !== undefined) requireScope(caller, own.scope);
    return own.call(params, context);
  }
  if (!isOffered(chain, name, alsoPassed)) {
    throw new CustosError('METHOD_NOT_OFFERED', 'the method is not offered');
  }
  requireChain(caller, chain.id);
  return parts.node(chain).rpc(name, params);
}

/** The wallets of a chain that the caller may use, at most a thousand. @throws CustosError SCOPE_MISSING */
export async function walletsOf({ parts, caller, chain }: CallContext): Promise<readonly Wallet[]> {
  requireScope(caller, 'wallets:read');
  requireChain(caller, chain.id);
  const listing = { wallets: parts.wallets, caller, wanted: { chain: chain.id, network: parts.network } };
  const found: Wallet[] = [];
  for (let after: SignatureId | undefined; found.length < MOST_ACCOUNTS; ) {
    const { data, next } = await walletPage(listing, { after, limit: PAGE });
    found.push(...data);
    if (next === undefined) break;
    after = next;
  }
  return found.slice(0, MOST_ACCOUNTS);
}
