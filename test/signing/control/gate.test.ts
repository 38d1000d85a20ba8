import { expect, it } from 'vitest';
import type { Effect } from '../../../src/core/chain/effect.js';
import { messageContent, readSignedMessage } from '../../../src/core/chain/message-content.js';
import { CustosError } from '../../../src/core/errors.js';
import type { AccountQuestion, ControlDocuments } from '../../../src/core/signing/control.js';
import { accountText, parseAccountQuestion } from '../../../src/signing/control/account-question.js';
import { type Admission, claimOf } from '../../../src/signing/control/claim.js';
import { Gate } from '../../../src/signing/control/gate.js';
import { parseContext, prepareSigning } from '../../../src/signing/sign.js';
import { controlSeal } from '../../../src/vault/control-seal.js';
import { anyPayment, approvalOf, dayLimit, documentsOf, sealer } from '../../support/control.js';
import { messageRequest, type SigningParts, signingParts, signRequest } from '../../support/signing-parts.js';

const rules = { feeCeilings: new Map(), allowedHazards: new Set<never>() };

/** @param receivers - of one unit each, instead of what the transaction does */
async function admissionOf(parts: SigningParts, receivers?: readonly string[]): Promise<Admission> {
  const { wallet, sealed } = await parts.wallet('key');
  const request = signRequest({ wallet, sealed });
  const chain = parts.chains.get('ETH');
  const signers = [parts.vault.identify(sealed, { signatureId: wallet.signatureId })];
  const unsigned = chain.codec.parse(request.completed, parseContext(request.pending, { rules, signers }));
  const { from } = unsigned.summary;
  const fee = unsigned.effects.filter(({ op }) => op === 'fee');
  const paid = receivers?.map((to): Effect => ({ op: 'transfer', from, to, asset: 'ETH', amount: 1n }));
  const wallets = [{ id: wallet.signatureId }];
  return {
    request,
    chain,
    network: 'testnet',
    unsigned: {
      summary: unsigned.summary,
      sign: (keys) => unsigned.sign(keys),
      effects: paid ? [...paid, ...fee] : unsigned.effects,
    },
    signers,
    wallets,
  };
}

/** The questions that one admission asks of the account, which reads them as from an enemy. */
async function admitted(receivers: readonly string[], { used = 0n, refuses = 0 } = {}) {
  const parts = await signingParts();
  const seal = controlSeal(parts.rootKey, parts.storeId);
  const opener = { storeId: parts.storeId, open: seal.open.bind(seal) };
  const gate = new Gate(opener, () => 1_000_000);
  const perDestination = { ...dayLimit(1_000_000_000_000_000), per: 'destination' };
  const documents = documentsOf(sealer(parts).policy({ permits: [anyPayment], limits: [perDestination] }));
  gate.apply({ documents, clock: 1 });
  const asked: AccountQuestion[] = [];
  const done = gate.admit(await admissionOf(parts, receivers), async (question) => {
    asked.push(parseAccountQuestion(accountText(question)));
    const refused = asked.filter(({ kind }) => kind === 'reserve').length <= refuses;
    if (question.kind === 'reserve' && refused) throw new CustosError('BUDGET_EXCEEDED', 'others have taken it');
    return question.kind === 'used' ? question.wanted.map(() => used) : [];
  });
  return { done, asked };
}

it('what an account can reserve is admitted after one question', async () => {
  const { done, asked } = await admitted(['0xaa', '0xbb']);
  await done;
  expect(asked.map(({ kind }) => kind)).toEqual(['reserve']);
});

it('where a reservation does not fit, the account is asked what was taken, and that decides', async () => {
  const again = await admitted(['0xaa'], { refuses: 1 });
  await again.done;
  expect(again.asked.map(({ kind }) => kind)).toEqual(['reserve', 'used', 'reserve']);
  const full = await admitted(['0xaa'], { refuses: 1, used: 1_000_000_000_000_000n });
  await expect(full.done).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  expect(full.asked.map(({ kind }) => kind)).toEqual(['reserve', 'used']);
  const never = await admitted(['0xaa'], { refuses: 2 });
  await expect(never.done).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
});

it.each([
  ['pays more destinations than an account counts', Array.from({ length: 10_001 }, (_, number) => `0x${number}`)],
  ['pays a destination with a line break', ['one\ntwo']],
  ['pays a destination with an endless name', ['a'.repeat(2_000)]],
])('a transaction that %s is denied and asks nothing, so that no signer ends by it', async (_what, receivers) => {
  const { done, asked } = await admitted(receivers);
  await expect(done).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  expect(asked).toEqual([]);
});

/** A gate that judges by these documents, and the questions that it asks while it admits. */
function gateBy(parts: SigningParts, documents: ControlDocuments) {
  const seal = controlSeal(parts.rootKey, parts.storeId);
  const gate = new Gate({ storeId: parts.storeId, open: seal.open.bind(seal) }, () => 1_000_000);
  gate.apply({ documents, clock: 1 });
  const admit = async (admission: Admission): Promise<readonly AccountQuestion[]> => {
    const asked: AccountQuestion[] = [];
    await gate.admit(admission, async (question) => {
      asked.push(question);
      return question.kind === 'used' ? question.wanted.map(() => 0n) : [];
    });
    return asked;
  };
  return admit;
}

it('what no limit counts and no person approves asks nothing of the account', async () => {
  const parts = await signingParts();
  const admit = gateBy(parts, documentsOf(sealer(parts).policy({ permits: [anyPayment] })));
  expect(await admit(await admissionOf(parts, ['0xaa']))).toEqual([]);
});

it('the fee rate of a transaction is judged where the keys are', async () => {
  const parts = await signingParts();
  const admit = gateBy(parts, documentsOf(sealer(parts).policy({ permits: [{ ...anyPayment, feeRateMax: '10' }] })));
  const admission = await admissionOf(parts, ['0xaa']);
  const { unsigned } = admission;
  const rated = (summary: object) =>
    admit({ ...admission, unsigned: { ...unsigned, summary: { ...unsigned.summary, ...summary } } });
  expect(await rated({ feeRate: 10 })).toEqual([]);
  for (const summary of [{ feeRate: 10.5 }, {}]) {
    await expect(rated(summary)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  }
});

it('an approval that raises a limit is spent, and not where the limit fits', async () => {
  const parts = await signingParts();
  const seals = sealer(parts);
  const stepUp = ['1 of treasury'];
  const spentUnder = async (units: number) => {
    const members = { permits: [anyPayment], limits: [{ ...dayLimit(units), stepUp }] };
    const documents = { constitution: seals.constitution(), policies: [seals.policy(members)] };
    const { version, hash } = seals.read(members);
    const admission = await admissionOf(parts);
    const request = { ...admission.request, control: { id: 'p-1', approvals: [] } };
    const demands = [{ count: 1, group: 'treasury' }];
    const times = { notBefore: 0, expires: 2_000_000, nonce: '0a'.repeat(16) };
    const approval = approvalOf(parts, request, { key: 'bea', policy: { version, hash }, demands, ...times });
    const approved = { ...request, control: { id: 'p-1', approvals: [approval] } };
    const asked = await gateBy(parts, documents)({ ...admission, request: approved });
    return asked.flatMap((question) => (question.kind === 'reserve' ? question.approvals : []));
  };
  expect(await spentUnder(1)).toEqual([{ nonce: '0a'.repeat(16), expires: 2_000_000 }]);
  expect(await spentUnder(1_000_000_000_000_000)).toEqual([]);
});

it('the same content is another signature as a message than as typed data, and as a transaction', async () => {
  const parts = await signingParts();
  const admission = await admissionOf(parts, ['0xaa']);
  const { pending } = admission.request;
  const marks = [undefined, 'message', 'typed-data'].map(
    (kind) => claimOf({ ...admission, request: { ...admission.request, pending: { ...pending, kind } as never } }).mark,
  );
  expect(new Set(marks).size).toBe(3);
  const changed = { ...admission.request, pending: { ...pending, kind: undefined } as never };
  expect(claimOf({ ...admission, request: changed }).mark).toBe(claimOf(admission).mark);
});

it('a freeze of a tag that comes between judging and opening a secret still stops the signature', async () => {
  const parts = await signingParts();
  const seal = controlSeal(parts.rootKey, parts.storeId);
  const gate = new Gate({ storeId: parts.storeId, open: seal.open.bind(seal) }, () => 1_000_000);
  const update = { documents: documentsOf(), clock: 1 };
  const made = await parts.wallet('key');
  const sealed = parts.vault.withControl(made.sealed, { tags: ['hot'], state: 'active', since: 1 });
  const means = { ...parts, rules: new Map(), gate, account: async () => [] };
  gate.apply(update);
  const prepare = () => prepareSigning(signRequest({ ...made, sealed }), means);
  const [first, second] = [prepare(), prepare()];
  expect(await first()).toHaveProperty('raw');
  gate.apply({ ...update, frozenTags: ['hot'] });
  await expect(second()).rejects.toMatchObject({ code: 'FROZEN' });
});

it('a message is judged by the policy where the keys are, and needs a permit that names it', async () => {
  const parts = await signingParts();
  const seal = controlSeal(parts.rootKey, parts.storeId);
  const made = await parts.wallet('key');
  const request = messageRequest(made, messageContent({ kind: 'message', text: 'I own this address' }));
  const signedUnder = (permits: readonly object[]) => {
    const gate = new Gate({ storeId: parts.storeId, open: seal.open.bind(seal) }, () => 1_000_000);
    gate.apply({ documents: documentsOf(sealer(parts).policy({ permits })), clock: 1 });
    return prepareSigning(request, { ...parts, rules: new Map(), gate, account: async () => [] })();
  };
  await expect(signedUnder([anyPayment])).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  const { raw } = await signedUnder([{ id: 'messages', op: ['message'], to: 'any' }]);
  expect(readSignedMessage(raw).signature).toMatch(/^0x[0-9a-f]{130}$/);
});
