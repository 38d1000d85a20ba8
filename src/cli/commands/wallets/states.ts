import { currentConstitution, openConstitutions } from '../../../app/approvals/constitutions.js';
import { signaturesIn, textIn } from '../../../app/process/text-files.js';
import { getSealed } from '../../../app/wallets/find.js';
import {
  parseReason,
  readStateRequest,
  readStateSignature,
  requestText,
  type StateRequest,
  signState,
  stateLines,
  stateSignature,
} from '../../../app/wallets/state-request.js';
import { changeState, isAnnounced, type Planned, requestOf } from '../../../app/wallets/states.js';
import { CustosError } from '../../../core/errors.js';
import type { PersonSignature } from '../../../core/policy/constitution.js';
import type { SealedWallet, WalletState } from '../../../core/signing/wallet.js';
import type { Call, Run } from '../../spec.js';
import { confirmed, openKey } from '../approver.js';

export const suspend: Run = (call) => change(call, 'suspended');
export const activate: Run = (call) => change(call, 'active');
export const deactivate: Run = (call) => change(call, 'deactivated');
export const compromised: Run = (call) => change(call, 'compromised');
export const destroy: Run = (call) => change(call, 'destroyed');

export const sign: Run = async (call) => {
  const { args, out } = call;
  const request = readStateRequest(await textIn(args[0]));
  for (const line of stateLines(request)) out.note(line);
  const key = await openKey(call);
  try {
    await confirmed(call, `Sign that wallet ${request.wallet} is ${request.state}?`);
    out.line(signState(request, key));
    return 0;
  } finally {
    key.wipe();
  }
};

async function change(call: Call, state: WalletState): Promise<0> {
  const { args, options, house, out } = call;
  const [id = '', ...files] = args;
  const reason = parseReason(options.reason);
  const sealed = await getSealed(house.store, id);
  const { store, vault, rootKey } = await house.open();
  const { storeId, wallets } = store;
  const request = requestOf({ vault, storeId }, sealed, { state, reason });
  if (options.requestOnly) {
    out.line(requestText(request));
    return 0;
  }
  const signatures = await signaturesOf(call, files, request);
  const enacted = await openConstitutions(store, rootKey, currentConstitution);
  if (state === 'destroyed') await confirmDestruction(call, sealed);
  const journal = await house.journal();
  const parts = { wallets, journal, vault, storeId, constitution: enacted?.constitution, now: house.clock.now() };
  const planned = await changeState(parts, { id: sealed.signatureId, state, reason, signatures });
  tell(call, { sealed, state, planned });
  return 0;
}

async function signaturesOf(
  call: Call,
  files: readonly string[],
  request: StateRequest,
): Promise<readonly PersonSignature[]> {
  const given = await signaturesIn(files, (text) => readStateSignature(text, request));
  if (call.options.key === undefined) return given;
  for (const line of stateLines(request)) call.out.note(line);
  const key = await openKey(call);
  try {
    await confirmed(call, 'Sign this?');
    return [...given, stateSignature(request, key)];
  } finally {
    key.wipe();
  }
}

/** The ID is typed once more, because nothing brings the secret back. @throws CustosError CANCELLED_BY_USER, NO_TERMINAL */
async function confirmDestruction({ options, house, out }: Call, { signatureId, chain }: SealedWallet): Promise<void> {
  out.note(
    `This deletes the secret of wallet ${signatureId} (${chain}) from the store. What is on its addresses is lost then.`,
  );
  out.note(
    'Every backup from before keeps the secret, and so does every copy of the database or its disk: delete them, too.',
  );
  if (options.yes) return;
  const typed = await house.terminal.ask('Type the signature ID to destroy the wallet: ');
  if (typed.trim() !== signatureId) throw new CustosError('CANCELLED_BY_USER', 'another text was typed');
}

interface Changed {
  readonly sealed: SealedWallet;
  readonly state: WalletState;
  readonly planned: Planned;
}

function tell({ out, options }: Call, { sealed: { signatureId }, state, planned }: Changed): void {
  const { since, reason, by, destroyFrom } = planned;
  if (options.json) {
    out.json({
      signatureId,
      state: planned.state,
      since: new Date(since).toISOString(),
      reason,
      ...(by && { by }),
      ...(destroyFrom !== undefined && { destroyFrom: new Date(destroyFrom).toISOString() }),
    });
    return;
  }
  if (!isAnnounced(planned, state)) out.note(`Wallet ${signatureId} is ${state}.`);
  else if (destroyFrom !== undefined) {
    out.note(
      `Wallet ${signatureId} is to be destroyed: run the command again from ${new Date(destroyFrom).toISOString()} on.`,
    );
    out.note('Any other change of its state before that ends the plan.');
  }
}
