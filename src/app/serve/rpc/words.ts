import type { EthereumWords } from '../../../api/rpc/parts.js';
import { isLikeTransaction, signedTransactionJson } from '../../../chains/evm/index.js';
import { bytesToHex, hexToBytes } from '../../../chains/shared/hexadecimal.js';
import { addressOfPoint } from '../../../chains/shared/keccak-address.js';
import { CustosError } from '../../../core/errors.js';
import type { SignatureId } from '../../../core/ids.js';
import type { Signer } from '../../../core/signing/signer.js';
import type { PublicVault } from '../../../core/signing/vault.js';
import type { KeyRef, SealedWallet, Wallet } from '../../../core/signing/wallet.js';
import type { WalletTable } from '../../../core/store/store.js';
import { keccak256 } from '../../../crypto/hash.js';
import { uncompress } from '../../../crypto/secp256k1.js';

interface WordsParts {
  readonly wallets: Pick<WalletTable, 'get'>;
  readonly vault: Pick<PublicVault, 'facts'>;
  readonly signer: Pick<Signer, 'identify'>;
}

/** What Ethereum's signers say, from the wallets of a store. */
export function ethereumWords(parts: WordsParts): EthereumWords {
  // A key never changes, and a key without a mnemonic is opened to learn its public half.
  const known = new Map<SignatureId, string>();
  return {
    addresses: (wallets) => addresses(parts, wallets),
    publicKeys: (wallets) => publicKeys(parts, wallets, known),
    addressOf(publicKey) {
      const [, digits] = /^(?:0x)?(?:04)?([0-9a-fA-F]{128})$/.exec(publicKey) ?? [];
      const point = digits === undefined ? undefined : hexToBytes(`0x04${digits}`);
      return point && bytesToHex(addressOfPoint(point));
    },
    blindHash,
    signedJson: (raw) => signedTransactionJson(hexToBytes(raw) ?? new Uint8Array(0)),
  };
}

async function addresses(
  { wallets: table, vault }: WordsParts,
  wallets: readonly Wallet[],
): Promise<readonly string[]> {
  const named = new Map(wallets.flatMap(({ signatureId, address }) => (address ? [[signatureId, address]] : [])));
  const others = wallets.filter(({ signatureId }) => !named.has(signatureId));
  const sealed = others.length === 0 ? [] : await table.get(others.map(({ signatureId }) => signatureId));
  for (const one of sealed) {
    const facts = vault.facts(one, firstKey(one));
    if (facts !== undefined) named.set(one.signatureId, facts.address);
  }
  return wallets.flatMap(({ signatureId }) => named.get(signatureId) ?? []);
}

async function publicKeys(
  { wallets: table, vault, signer }: WordsParts,
  wallets: readonly Wallet[],
  known: Map<SignatureId, string>,
): Promise<readonly string[]> {
  const unknown = wallets.flatMap(({ signatureId }) => (known.has(signatureId) ? [] : [signatureId]));
  const sealed = unknown.length === 0 ? [] : await table.get(unknown);
  for (const one of sealed) {
    const ref = firstKey(one);
    const { publicKey } = vault.facts(one, ref) ?? {};
    const found = publicKey ?? (await signer.identify({ sealed: [one], keys: [ref] }))[0]?.publicKey;
    if (found !== undefined) known.set(one.signatureId, bytesToHex(pointOf(found).subarray(1)));
  }
  return wallets.flatMap(({ signatureId }) => known.get(signatureId) ?? []);
}

function pointOf(publicKey: Uint8Array): Uint8Array {
  return publicKey.length === 65 ? publicKey : uncompress(publicKey);
}

function firstKey({ signatureId, kind }: SealedWallet): KeyRef {
  return kind === 'hd' ? { signatureId, index: 0 } : { signatureId };
}

/** What a contract or a network would act on is asked for by its own method, where the policy sees what it does. */
function blindHash(data: string): string {
  const bytes = hexToBytes(data) ?? new Uint8Array(0);
  const isTypedData = bytes[0] === 0x19 && bytes[1] === 0x01;
  if (isTypedData || isLikeTransaction(bytes)) {
    throw new CustosError('HAZARD_REFUSED', 'the data are a transaction or typed data, and are not signed unseen');
  }
  return bytesToHex(keccak256(bytes));
}
