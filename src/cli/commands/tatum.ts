import { wholeNumber } from '../../app/config/command-options.js';
import { generateWallet, tatumEntry } from '../../app/drop-in/entry.js';
import { checkConfigLines, walletReport } from '../../app/drop-in/report.js';
import { createWallets } from '../../app/wallets/create.js';
import { getSealed, pageSealed, typedKeyRef, withSecrets } from '../../app/wallets/find.js';
import { importWallets } from '../../app/wallets/import.js';
import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import type { ImportSecret } from '../../core/signing/vault.js';
import type { KeyRef, SealedWallet } from '../../core/signing/wallet.js';
import type { Call, Run } from '../spec.js';
import { makerOf, showDerived } from './wallet.js';

export const generateWalletOnly: Run = async ({ args, house, out }) => {
  out.json(await generateWallet(house.chains, { chain: args[0] ?? '', network: house.config.network }));
  return 0;
};

export const generateManagedWallet: Run = async ({ args, house, out }) => {
  const chain = args[0] ?? '';
  for await (const wallets of createWallets(makerOf(house), { chain, network: house.config.network, count: 1 })) {
    for (const { signatureId, xpub, address } of wallets) {
      out.json(xpub === undefined ? { signatureId, address } : { signatureId, xpub });
    }
  }
  return 0;
};

export const storeManagedWallet: Run = async (call) => {
  const mnemonic = Secret.text(await askSecret(call, 'Enter mnemonic to store:'));
  const { signatureId, xpub, address } = await store(call, { kind: 'mnemonic', mnemonic });
  call.out.json(xpub === undefined ? { signatureId, address } : { signatureId, xpub });
  return 0;
};

export const storeManagedPrivateKey: Run = async (call) => {
  const privateKey = Secret.text(await askSecret(call, 'Enter private key to store:'));
  const { signatureId } = await store(call, { kind: 'privateKey', privateKey });
  call.out.json({ signatureId });
  return 0;
};

export const generateManagedPrivateKeyBatch: Run = async ({ args, house, out }) => {
  const count = wholeNumber(args[1], 'the count');
  const options = { chain: args[0] ?? '', network: house.config.network, kind: 'key', count } as const;
  const bar = await out.progress('keys', count);
  let done = 0;
  try {
    for await (const wallets of createWallets(makerOf(house), options)) {
      for (const { signatureId, address } of wallets) out.jsonLine({ signatureId, address });
      done += wallets.length;
      bar.update(done);
    }
  } finally {
    bar.stop();
  }
  return 0;
};

export const getManagedWallet: Run = async ({ args, house, out }) => {
  const sealed = await getSealed(house.store, args[0] ?? '');
  out.json(tatumEntry(house.chains.get(sealed.chain), (await house.vault()).export(sealed)));
  return 0;
};

export const getPrivateKey: Run = async ({ args, house, out }) => {
  const sealed = await getSealed(house.store, args[0] ?? '');
  const ref = tatumKeyRef(sealed, args[1]);
  out.json({ privateKey: (await house.vault()).exportPrivateKey(sealed, ref) });
  return 0;
};

export const getAddress: Run = async ({ args, house, out }) => {
  const sealed = await getSealed(house.store, args[0] ?? '');
  const ref = tatumKeyRef(sealed, args[1]);
  out.json({ address: (await house.vault()).identify(sealed, ref).address });
  return 0;
};

export const removeWallet: Run = async ({ args, house }) => {
  const sealed = await getSealed(house.store, args[0] ?? '');
  await house.opened();
  await (await house.store()).wallets.remove(sealed.signatureId);
  return 0;
};

export const exportAll: Run = async ({ house, out }) => {
  const vault = await house.vault();
  const all: Record<string, unknown> = {};
  for await (const page of pageSealed((await house.store()).wallets, {})) {
    for (const sealed of withSecrets(vault, page))
      all[sealed.signatureId] = tatumEntry(house.chains.get(sealed.chain), vault.export(sealed));
  }
  out.json(all);
  return 0;
};

export const report: Run = async ({ args, house, out }) => {
  const ids = (args[0] ?? '').split(',').map((id) => id.trim());
  const named = ids.filter((id) => id !== '');
  await house.opened();
  out.json(await walletReport({ config: house.config, store: house.store }, named));
  return 0;
};

export const checkConfig: Run = async ({ house, out }) => {
  for (const line of await checkConfigLines(house.config)) out.line(line);
  return 0;
};

/** A mnemonic wallet without an index means index 0 here; a private-key wallet has only one key, whatever index old scripts send. */
function tatumKeyRef(sealed: SealedWallet, index: string | undefined): KeyRef {
  const ref = typedKeyRef(sealed.signatureId, index ?? '0');
  return sealed.kind === 'hd' ? ref : { signatureId: sealed.signatureId };
}

async function askSecret({ house: { terminal } }: Call, question: string): Promise<string> {
  const text = (terminal.interactive ? await terminal.askHidden(`${question} `) : await terminal.readInput()).trim();
  if (text === '') throw new CustosError('SECRET_UNSUPPORTED', 'no secret was given on standard input');
  return text;
}

async function store(call: Call, secret: ImportSecret) {
  const { args, house } = call;
  const chain = house.chains.get(args[0] ?? '').id;
  const request = { chain, network: house.config.network, secret };
  const [imported] = await importWallets(house.openForAdding, [{ kind: 'request', request }], {
    async review([derived]) {
      if (derived !== undefined) showDerived(call, derived);
    },
  });
  if (imported === undefined) throw new CustosError('INTERNAL', 'the import gave no wallet');
  return imported.wallet;
}
