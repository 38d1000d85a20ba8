import { textIn } from '../../../app/process/text-files.js';
import { getSealed } from '../../../app/wallets/find.js';
import { markWallets, parseOwner } from '../../../app/wallets/marks.js';
import { putOwner } from '../../../app/wallets/owners.js';
import { CustosError } from '../../../core/errors.js';
import { parseOwnerId, parseSignatureId, type SignatureId } from '../../../core/ids.js';
import { tenantOf } from '../../../core/signing/wallet.js';
import type { Call, Run } from '../../spec.js';

export const tag: Run = async (call) => {
  const { add = [], remove = [] } = call.options;
  if (add.length + remove.length === 0) throw new CustosError('USAGE', 'name tags with --add or --remove');
  return mark(call, await namedIds(call), { add, remove });
};

export const owner: Run = async (call) => {
  const [id = '', name] = call.args;
  const { none } = call.options;
  if ((name === undefined) === !none) throw new CustosError('USAGE', 'name an owner, or say --none');
  const signatureId = parseSignatureId(id);
  if (name !== undefined) await knowOwner(call, signatureId, name);
  return mark(call, [signatureId], { owner: name ?? null });
};

export const userToken: Run = async (call) => {
  const [id = ''] = call.args;
  return mark(call, [parseSignatureId(id)], { requireUserToken: !call.options.none });
};

/** @throws CustosError WALLET_UNKNOWN, USAGE */
async function knowOwner({ house }: Call, id: SignatureId, name: string): Promise<void> {
  const owner = parseOwner(name);
  const { store, vault } = await house.open();
  const sealed = await getSealed(house.store, id);
  await putOwner({ store, vault, clock: house.clock }, tenantOf(sealed), parseOwnerId(owner));
}

async function mark(
  { house, out }: Call,
  ids: readonly SignatureId[],
  change: Parameters<typeof markWallets>[2],
): Promise<0> {
  const { store, vault } = await house.open();
  const bar = await out.progress('wallets', ids.length);
  try {
    const parts = { wallets: store.wallets, vault, progress: (done: number) => bar.update(done) };
    const changed = await markWallets(parts, ids, change);
    bar.stop();
    out.note(`${changed} of ${ids.length} wallets changed.`);
    return 0;
  } finally {
    bar.stop();
  }
}

/** @throws CustosError USAGE, SIGNATURE_ID_INVALID */
async function namedIds({ args, options }: Call): Promise<readonly SignatureId[]> {
  const listed = options.ids === undefined ? [] : (await textIn(options.ids)).split('\n').map((line) => line.trim());
  const ids = [...args, ...listed.filter((line) => line !== '')];
  if (ids.length === 0)
    throw new CustosError('USAGE', 'name wallets by their signature IDs, or a file of them with --ids');
  return ids.map(parseSignatureId);
}
