import { setTimeout as wait } from 'node:timers/promises';
import { mnemonicToAccount } from 'viem/accounts';
import { type LocalChain, startLocalChain } from '../../src/app/demo/local-chain.js';

export { freePort } from '../../src/app/demo/local-chain.js';

/** A local development blockchain, as the demo starts it, with accounts that have coins. */
export interface Anvil extends LocalChain {
  /** Ten accounts with 10,000 coins each. */
  readonly accounts: readonly { readonly address: `0x${string}`; readonly privateKey: `0x${string}` }[];
  /** The receipt of a transaction that was sent, once it is mined. */
  receipt(txId: string): Promise<Receipt>;
}

/** What the tests read of a receipt. `status` is 0x1 when the transaction took effect. */
export interface Receipt {
  readonly status: string;
  readonly from: string;
  readonly to: string | null;
  readonly contractAddress: string | null;
  readonly blockNumber: string;
  readonly type: string;
}

/** The public development mnemonic of the node: its accounts exist on every such chain. */
const mnemonic = 'test test test test test test test test test test test junk';

/** Starts a node on a free port and resolves when it answers. The node is ended by `close`, at the latest with this process. */
export async function startAnvil({
  chainId,
  args = [],
}: {
  chainId: number;
  args?: readonly string[];
}): Promise<Anvil> {
  const chain = await startLocalChain(chainId, args);
  return {
    ...chain,
    accounts: Array.from({ length: 10 }, (_, addressIndex) => account(addressIndex)),
    receipt: (txId) => untilMined(chain.rpc, txId),
  };
}

function account(addressIndex: number) {
  const { address, getHdKey } = mnemonicToAccount(mnemonic, { addressIndex });
  const privateKey = Buffer.from(getHdKey().privateKey ?? []).toString('hex');
  return { address, privateKey: `0x${privateKey}` as const };
}

async function untilMined(rpc: Anvil['rpc'], txId: string): Promise<Receipt> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const receipt = (await rpc('eth_getTransactionReceipt', [txId])) as Receipt | null;
    if (receipt) return receipt;
    await wait(10);
  }
  throw new Error(`${txId} was not mined`);
}
