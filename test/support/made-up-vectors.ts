import { createHash, createHmac, createPrivateKey, createPublicKey, pbkdf2Sync, sign } from 'node:crypto';
import { bytesToHex, type Hex } from 'viem';
import { HDKey, privateKeyToAccount } from 'viem/accounts';

/** Vectors of the chains that docs/adding-a-chain.md makes up, computed with viem and Node alone, in the form of test/vectors/chains. */
export interface MadeUpVectors {
  readonly chain: string;
  readonly source: string;
  readonly wallets: readonly MadeUpWallet[];
  readonly addresses: readonly object[];
  readonly privateKeys: readonly {
    readonly testnet: boolean;
    readonly mnemonic: string;
    readonly index: number;
    readonly privateKey: string;
    readonly address: string;
  }[];
  readonly transactions: readonly MadeUpTransaction[];
}

interface MadeUpWallet {
  readonly testnet: boolean;
  readonly mnemonic: string;
  readonly xpub?: string;
  readonly address?: string;
}

interface Call {
  readonly request: { readonly method: string; readonly url: string; readonly body?: object };
  readonly response: { readonly status: number; readonly body: unknown };
}

interface MadeUpTransaction {
  readonly name: string;
  readonly testnet: boolean;
  readonly pending: Readonly<Record<string, unknown>>;
  readonly wallets: Readonly<Record<string, object>>;
  readonly rpc: readonly Call[];
  readonly txData: string;
  readonly deterministic: true;
  readonly broadcast: { readonly method: 'POST'; readonly path: string; readonly body: object };
}

const mnemonic = 'test test test test test test test test test test test junk';
const seed = pbkdf2Sync(mnemonic, 'mnemonic', 2048, 64, 'sha512');
const indexes = [0, 1, 5];

interface Recording {
  readonly name: string;
  readonly chain: string;
  readonly slug: string;
  readonly request: object;
  readonly rpc: readonly Call[];
  readonly txData: string;
}

/** One recorded transaction of the test network; the key is that of the mnemonic with an index, or a private key. */
function recording(
  made: Recording,
  key: { readonly index: number } | { readonly privateKey: string },
): MadeUpTransaction {
  const { name, chain, slug, request, rpc, txData } = made;
  const digits = createHash('sha256').update(`${chain} ${name}`).digest('hex');
  const signatureId = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
  const id = digits.slice(32, 56);
  return {
    name,
    testnet: true,
    pending: {
      ...{ id, chain, hashes: [signatureId], serializedTransaction: JSON.stringify(request) },
      ...('index' in key && { index: key.index }),
    },
    wallets: { [signatureId]: 'index' in key ? { mnemonic } : { privateKey: key.privateKey } },
    rpc,
    txData,
    deterministic: true,
    broadcast: { method: 'POST', path: `/v3/${slug}/broadcast`, body: { txData, signatureId: id } },
  };
}

/** Vectors of the made-up chain of the Ethereum family, by viem. */
export async function evmVectors(): Promise<MadeUpVectors> {
  const chain = 'MADE';
  const root = HDKey.fromMasterSeed(seed);
  const parents = [false, true].map((testnet) => ({ testnet, node: root.derive(`m/44'/${testnet ? 1 : 60}'/0'/0`) }));
  const keys = parents.flatMap(({ testnet, node }) =>
    indexes.map((index) => {
      const privateKey = bytesToHex(node.deriveChild(index).privateKey ?? new Uint8Array());
      const address = privateKeyToAccount(privateKey).address.toLowerCase();
      return { testnet, mnemonic, index, privateKey, address, xpub: node.publicExtendedKey };
    }),
  );
  const to = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
  const rpc = (method: string, params: readonly unknown[], result: string): Call => ({
    request: {
      method: 'POST',
      url: `/v3/blockchain/node/${chain}/test-api-key`,
      body: { jsonrpc: '2.0', method, params },
    },
    response: { status: 200, body: { jsonrpc: '2.0', result } },
  });
  const asksChain = rpc('eth_chainId', [], '0xf1207');
  const made = async (name: string, key: Hex, given: { nonce: number; value: bigint }) => {
    const whole = { to, gas: 21_000n, gasPrice: 2_000_000_000n, chainId: 987_655, type: 'legacy', ...given } as const;
    return { name, chain, slug: 'made-up', txData: await privateKeyToAccount(key).signTransaction(whole) };
  };
  const [own, derived] = [keys[3], keys[5]];
  if (own === undefined || derived === undefined) throw new Error('there are keys of both networks');
  const shared = { from: 0, to, gas: '21000', gasPrice: '2000000000' };
  return {
    chain,
    source: 'viem',
    wallets: parents.map(({ testnet, node }) => ({ testnet, mnemonic, xpub: node.publicExtendedKey })),
    addresses: keys.map(({ testnet, xpub, index, address }) => ({ testnet, xpub, index, address })),
    privateKeys: keys.map(({ xpub: _xpub, ...key }) => key),
    transactions: [
      recording(
        {
          ...(await made('everything given', own.privateKey, { nonce: 7, value: 12_345n })),
          ...{ request: { ...shared, value: '12345', nonce: 7 }, rpc: [asksChain] },
        },
        { privateKey: own.privateKey },
      ),
      recording(
        {
          ...(await made('nonce asked', derived.privateKey, { nonce: 3, value: 54_321n })),
          request: { ...shared, value: '54321' },
          rpc: [
            asksChain,
            rpc('eth_getTransactionCount', [privateKeyToAccount(derived.privateKey).address, 'latest'], '0x3'),
          ],
        },
        { index: derived.index },
      ),
    ],
  };
}

/** Vectors of the made-up chain of ed25519 accounts, by Node's own cryptography. */
export function accountVectors(): MadeUpVectors {
  const chain = 'GLEAM';
  const path = `/v3/blockchain/node/${chain}/test-api-key`;
  const keys = [false, true].flatMap((testnet) =>
    indexes.map((index) => {
      const key = slip10([44, testnet ? 1 : 99_999, 0, 0, index]);
      return { testnet, mnemonic, index, privateKey: key.toString('hex'), address: addressOf(key) };
    }),
  );
  const [own, derived] = [keys[3], keys[5]];
  if (own === undefined || derived === undefined) throw new Error('there are keys of both networks');
  const asked = (place: string, body: object): Call => ({
    request: { method: 'GET', url: `${path}${place}` },
    response: { status: 200, body },
  });
  const signed = (from: typeof own, nonce: string, amount: string) => {
    const members = { chainId: 'gleam-test', nonce, from: from.address, to: derived.address, amount, fee: '1000' };
    const transaction = JSON.stringify(members);
    const signature = sign(null, Buffer.from(transaction), nodeKey(Buffer.from(from.privateKey, 'hex'))).toString(
      'hex',
    );
    return JSON.stringify({ transaction, signature });
  };
  return {
    chain,
    source: 'node:crypto',
    wallets: [false, true].map((testnet) => ({ testnet, mnemonic })),
    addresses: keys.map(({ testnet, index, address }) => ({ testnet, mnemonic, index, address })),
    privateKeys: keys,
    transactions: [
      recording(
        {
          ...{ name: 'everything given', chain, slug: 'gleam', rpc: [], txData: signed(own, '7', '1500000') },
          request: { from: own.address, to: derived.address, amount: '1500000', fee: '1000', nonce: 7 },
        },
        { privateKey: own.privateKey },
      ),
      recording(
        {
          ...{ name: 'nonce and fee asked', chain, slug: 'gleam', txData: signed(derived, '4', '20') },
          request: { to: derived.address, amount: 20 },
          rpc: [asked('/fee', { fee: 1000 }), asked(`/accounts/${derived.address}`, { nonce: 4 })],
        },
        { index: derived.index },
      ),
    ],
  };
}

/** Private key by SLIP-10 for ed25519: every step is hardened. */
function slip10(steps: readonly number[]): Buffer {
  let node = createHmac('sha512', 'ed25519 seed').update(seed).digest();
  for (const step of steps) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(step + 0x8000_0000);
    const data = Buffer.concat([Buffer.alloc(1), node.subarray(0, 32), number]);
    node = createHmac('sha512', node.subarray(32)).update(data).digest();
  }
  return node.subarray(0, 32);
}

/** A seed as Node takes it: PKCS #8 (RFC 8410) is a fixed beginning and the 32 bytes. */
function nodeKey(key: Buffer) {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), key]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function addressOf(key: Buffer): string {
  const publicKey = createPublicKey(nodeKey(key)).export({ format: 'der', type: 'spki' }).subarray(-32);
  return `glm${publicKey.toString('hex')}${createHash('sha256').update(publicKey).digest('hex').slice(0, 8)}`;
}
