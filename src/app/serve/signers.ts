import type { Submission } from '../../api/parts.js';
import type { Chain, ChainRegistry } from '../../core/chain/chain.js';
import type { SignerFacts } from '../../core/chain/codec.js';
import type { ChainId } from '../../core/ids.js';
import type { ReadWallets } from '../../core/network/intake.js';
import type { KeyRequest } from '../../core/signing/pending.js';
import { rulesOf, type SigningRules } from '../../core/signing/signing-rules.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import { wantedKeys } from '../../signing/sign.js';

/** What is asked about keys. */
export type IdentifyParts = Pick<LifecycleParts, 'wallets' | 'publicVault'> & {
  readonly signer: Pick<LifecycleParts['signer'], 'identify'>;
};

/**
 * The public side of the keys that a request names, the sender's first.
 * @throws CustosError KEY_MISSING, WALLET_UNKNOWN, WALLET_CHAIN_MISMATCH, NETWORK_MISMATCH, INDEX_*, NOT_OFFERED, SIGNER_*
 */
export async function signersOf(
  parts: IdentifyParts,
  chain: Chain,
  pending: KeyRequest,
): Promise<readonly SignerFacts[]> {
  return (await readSigners(parts, chain, { pending })).signers;
}

/**
 * The same, with the wallets that were read for it.
 * @param reading - the wallets, where somebody began to read them
 * @throws CustosError as `signersOf`
 */
export async function readSigners(
  parts: IdentifyParts,
  chain: Chain,
  { pending, reading }: { readonly pending: KeyRequest; readonly reading?: Reading | undefined },
): Promise<{ readonly signers: readonly SignerFacts[]; readonly read: ReadWallets }> {
  const { publicVault, signer } = parts;
  const read = await (reading ?? readWallets(parts, pending.keys));
  const { sealed } = read;
  const wanted = wantedKeys(chain, { pending, sealed });
  const known = wanted.map((one) => publicVault.facts(one.sealed, one.ref));
  if (known.every((facts) => facts !== undefined)) return { signers: known, read };
  const asked = { sealed: wanted.map((one) => one.sealed), keys: wanted.map(({ ref }) => ref) };
  return { signers: await signer.identify(asked), read };
}

/** Wallets that are being read. */
export type Reading = Promise<ReadWallets>;

/** Begins to read the wallets of keys. Whether it succeeds matters only to whoever waits for it. */
function readWallets({ wallets }: Pick<IdentifyParts, 'wallets'>, keys: readonly KeyRef[]): Reading {
  const at = performance.now();
  const ids = [...new Set(keys.map(({ signatureId }) => signatureId))];
  const reading = wallets.get(ids).then((sealed) => ({ sealed, at }));
  reading.catch(() => undefined);
  return reading;
}

/** The same for a request that may come with its wallets: who asks was admitted by them. */
export function readFor(
  { wallets }: Pick<Submission, 'wallets'>,
  parts: Pick<IdentifyParts, 'wallets'>,
  keys: readonly KeyRef[],
): Reading {
  return wallets === undefined ? readWallets(parts, keys) : Promise.resolve(wallets);
}

/** A key as a form names it. */
export function refOf({
  wallet,
  index,
}: {
  readonly wallet: KeyRef['signatureId'];
  readonly index?: number | undefined;
}): KeyRef {
  return index === undefined ? { signatureId: wallet } : { signatureId: wallet, index };
}

/** Chain ids of development chains that the operator allows. */
export function developmentChainIds(
  { ids }: Pick<ChainRegistry, 'ids'>,
  rules: SigningRules,
): ReadonlyMap<ChainId, bigint> {
  return new Map(
    ids.flatMap((chain) => {
      const { developmentChainId } = rulesOf(rules, chain);
      return developmentChainId === undefined ? [] : [[chain, developmentChainId] as const];
    }),
  );
}
