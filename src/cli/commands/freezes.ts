import { currentConstitution, openConstitutions } from '../../app/approvals/constitutions.js';
import { freezeAt, keptFreezes } from '../../app/freezes/at-keeper.js';
import {
  endFreeze,
  freezeLines,
  readFreezeRequest,
  readUnfreezeSignature,
  signUnfreeze,
} from '../../app/freezes/end.js';
import { freezeMacs } from '../../app/freezes/macs.js';
import { type FreezeMaker, makeFreeze, readWanted, requireWallet } from '../../app/freezes/make.js';
import { freezeJson, shownFreezes, shownKept } from '../../app/freezes/shown.js';
import { signaturesIn, textIn } from '../../app/process/text-files.js';
import { listWallets } from '../../app/wallets/list.js';
import { CustosError } from '../../core/errors.js';
import { type FreezeScope, scopeText } from '../../core/policy/freeze.js';
import type { Store } from '../../core/store/store.js';
import { shown } from '../../core/text/foreign-text.js';
import type { Call, Run } from '../spec.js';
import { confirmed, openKey } from './approver.js';

export const freeze: Run = async (call) => {
  const { house, options, out } = call;
  if ((options.tags?.length ?? 0) > 1) throw new CustosError('FREEZE_INVALID', 'name one tag');
  const wanted = readWanted(options, house.chains);
  const { control } = house.config.signer;
  if (control !== undefined) return freezeThere(call, control, wanted);
  const store = await house.store();
  await requireWallet(store, wanted.scope);
  const make = (maker: FreezeMaker) => makeFreeze({ storeId: store.storeId, ...wanted, now: house.clock.now() }, maker);
  const made =
    options.key === undefined
      ? make(freezeMacs(await house.rootKey(), store.storeId))
      : await signedFreeze(call, store, make);
  await store.freezes.add(made);
  out.line(made.id);
  out.note(`Frozen: ${scopeText(wanted.scope)}. Every daemon of this store stops within a second.`);
  if (options.key === undefined) await warnOfTag(call, store, wanted.scope);
  else {
    out.note(
      'Daemons obey it if the constitution names your key; `custos freezes` shows "active" as soon as one does.',
    );
  }
  return 0;
};

export const list: Run = async ({ house, options, out }) => {
  const { control } = house.config.signer;
  const found = control === undefined ? await storedFreezes(house) : shownKept(await keptFreezes(control));
  if (options.json) {
    for (const one of found) out.jsonLine(freezeJson(one));
    return 0;
  }
  const rows = found.map(({ freeze: { id, scope, reason, at }, state }) => [
    id,
    state,
    scopeText(scope),
    new Date(at).toISOString(),
    reason,
  ]);
  out.table([['ID', 'STATE', 'WHAT', 'SINCE', 'REASON'], ...rows]);
  return 0;
};

export const unfreeze: Run = async (call) => {
  const { args, house, options, out } = call;
  const [id, ...files] = args;
  if ((id === undefined) === (options.request === undefined)) {
    throw new CustosError('USAGE', 'unfreeze takes an id, or a file with --request and --key');
  }
  if (options.key !== undefined || id === undefined) {
    if (files.length > 0) throw new CustosError('USAGE', 'with --key it signs, and takes no signatures');
    return signEnd(call, await linesOf(call, id));
  }
  const store = await house.store();
  // A mistyped id is said before anything about signatures for it.
  await freezeLines(store, id);
  const signatures = await signaturesIn(files, (text) => readUnfreezeSignature(text, id));
  const rootKey = await house.rootKey();
  const constitution = await openConstitutions(store, rootKey, currentConstitution);
  const names = await endFreeze(
    {
      freezes: store.freezes,
      journal: await house.journal(),
      storeId: store.storeId,
      constitution: constitution?.constitution,
      ...freezeMacs(rootKey, store.storeId),
    },
    { id, signatures, now: house.clock.now() },
  );
  out.note(`The freeze ${id} is ended${names.length === 0 ? '' : ` by ${names.join(' and ')}`}.`);
  return 0;
};

/** At the signer itself: neither store nor password is needed. */
async function freezeThere(
  { house, options, out }: Call,
  path: string,
  wanted: ReturnType<typeof readWanted>,
): Promise<0> {
  if (options.key !== undefined) throw new CustosError('USAGE', 'the socket of control takes no --key');
  out.line(await freezeAt(path, { ...wanted, now: house.clock.now() }));
  out.note(`Frozen: ${scopeText(wanted.scope)}. This signer signs nothing of it from now on.`);
  out.note('Daemons that use it put the freeze into the store; `custos freezes` shows it there within seconds.');
  return 0;
}

/** A mistyped tag stops nothing. It is looked for after the freeze, which never waits for it, and a wallet may still get the tag. */
async function warnOfTag({ house, out }: Call, { wallets }: Store, scope: FreezeScope): Promise<void> {
  if (scope.kind !== 'tag') return;
  const wanted = { filter: { controlled: true }, tags: [scope.tag] } as const;
  for await (const page of listWallets(wallets, await house.vault(), wanted)) if (page.length > 0) return;
  out.note(`No wallet has the tag ${scope.tag} now, so it stops none yet. \`custos wallet list\` shows the tags.`);
}

async function storedFreezes({ store }: Pick<Call['house'], 'store'>): Promise<ReturnType<typeof shownFreezes>> {
  const { storeId, freezes } = await store();
  return shownFreezes(await freezes.all(), storeId);
}

async function signedFreeze<T>(call: Call, store: Store, make: (maker: FreezeMaker) => T): Promise<T> {
  // Sealed, so whose key it is cannot be seen here; but without any, no signature counts.
  if ((await store.approvals.constitution()) === undefined) {
    throw new CustosError('CONSTITUTION_MISSING', 'without a constitution no key may freeze: use the password');
  }
  const key = await openKey(call);
  try {
    return make({ key });
  } finally {
    key.wipe();
  }
}

type Lines = ReturnType<typeof readFreezeRequest>;

async function linesOf({ house, options }: Call, id: string | undefined): Promise<Lines> {
  return id === undefined ? readFreezeRequest(await textIn(options.request)) : freezeLines(await house.store(), id);
}

async function signEnd(call: Call, lines: Lines): Promise<0> {
  const { id, scope, reason, at } = lines.freeze;
  call.out.note(
    `Freeze ${id} of store ${lines.store} stops ${scopeText(scope)} since ${new Date(at).toISOString()}: ${shown(reason)}`,
  );
  const key = await openKey(call);
  try {
    await confirmed(call, 'Sign that it ends?');
    call.out.line(signUnfreeze(lines, key));
    return 0;
  } finally {
    key.wipe();
  }
}
