import { CustosError } from '../../core/errors.js';
import { isOffered } from '../../core/network/node-methods.js';
import type { Wallet } from '../../core/signing/wallet.js';
import { includesWallet, requireChain, requireScope } from '../caller.js';
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

const methods: ReadonlyMap<string, Method> = new Map([
  ['eth_accounts', accounts],
  ['eth_sendTransaction', sendTransaction],
  ['eth_signTransaction', signTransaction],
  ['eth_sign', ethSign],
  ['personal_sign', personalSign],
  ['eth_signTypedData', signTypedData],
  ['eth_signTypedData_v4', signTypedData],
  ['account_list', accounts],
  ['account_signTransaction', accountSignTransaction],
  ['account_signData', accountSignData],
  ['account_signTypedData', signTypedData],
  ['account_version', async () => CLEF],
  ['health_status', async () => 'OK'],
]);

/** Does one call: with a key here, or at the node. @throws CustosError METHOD_NOT_OFFERED, and what the method throws */
export async function callMethod(name: string, params: readonly unknown[], context: CallContext): Promise<unknown> {
  const own = methods.get(name);
  if (own !== undefined) return own(params, context);
  const { parts, caller, chain } = context;
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
  const query = { chain: chain.id, network: parts.network };
  const found: Wallet[] = [];
  for (let last: Wallet | undefined; found.length < MOST_ACCOUNTS; ) {
    const page = { limit: PAGE, ...(last !== undefined && { after: last.signatureId }) };
    const wallets = await parts.wallets.list(caller.tenant, query, page);
    found.push(...wallets.filter((wallet) => includesWallet(caller, wallet)));
    if (wallets.length < PAGE) break;
    last = wallets.at(-1);
  }
  return found.slice(0, MOST_ACCOUNTS);
}
