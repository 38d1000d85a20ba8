import type { SignaturesService, Submission } from '../../api/parts.js';
import type { SignatureForm } from '../../api/signature-forms.js';
import type { Chain } from '../../core/chain/chain.js';
import { type MessageContent, messageContent, messageText } from '../../core/chain/message-content.js';
import type { Network, TenantId } from '../../core/ids.js';
import type { Intake, ReadWallets } from '../../core/network/intake.js';
import { newRequestId } from '../../core/network/request-id.js';
import { type PendingTransaction, parsePending } from '../../core/signing/pending.js';
import { rulesOf } from '../../core/signing/signing-rules.js';
import type { AcceptRequest } from '../../core/store/intake-facts.js';
import type { Accepted } from '../../core/store/journal.js';
import { checkField } from '../../http/problems.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import { checkLimits } from '../../signing/limits.js';
import { parseContext } from '../../signing/sign.js';
import { decodeUnsigned } from '../../signing/unsigned.js';
import { knownBefore } from './known.js';
import { type IdentifyParts, type Reading, readFor, readSigners, refOf } from './signers.js';

export interface SignaturesParts {
  readonly network: Network;
  readonly lifecycle: IdentifyParts & Pick<LifecycleParts, 'chains' | 'rules' | 'clock'>;
  readonly intake: Intake;
}

/** Turns what applications want signed into rows of the journal. It needs no node. */
export class Signatures implements SignaturesService {
  readonly #parts: SignaturesParts;

  constructor(parts: SignaturesParts) {
    this.#parts = parts;
  }

  async submit(submission: Submission<SignatureForm>): Promise<Accepted> {
    const { intake, lifecycle } = this.#parts;
    let reading: Reading | undefined;
    const known = await knownBefore(submission, intake, () => {
      reading = readFor(submission, lifecycle, [refOf(submission.form.from)]);
    });
    if (known !== undefined) return known;
    const { tenant, initiator, userTag, form, idempotency, source = 'api' } = submission;
    const { clock, chains } = lifecycle;
    const chain = checkField('body/chain', () => chains.get(form.chain));
    const now = clock.now();
    const pending = this.#pendingOf(form, { tenant, now });
    const read = await this.#check(pending, chain, reading);
    const { kind, reference, expiresIn } = form;
    const request: AcceptRequest = {
      ...{ tenant, initiator, pending, kind, source },
      ...(idempotency && { idempotency }),
      delivery: 'return',
      ...(reference !== undefined && { reference }),
      ...(userTag !== undefined && { userTag }),
      ...(expiresIn !== undefined && { expiresAt: now + expiresIn * 1000 }),
    };
    return intake.accept(request, read);
  }

  /** What would be refused on the way is refused here: nothing of it is stored. @returns the wallets that sign */
  async #check(pending: PendingTransaction, chain: Chain, reading: Reading | undefined): Promise<ReadWallets> {
    const { lifecycle, network } = this.#parts;
    const rules = rulesOf(lifecycle.rules, chain.id);
    const { signers, read } = await readSigners(lifecycle, chain, { pending, reading });
    const { kind, serialized: completed } = pending;
    const { summary } = decodeUnsigned(chain, { kind, completed }, parseContext(pending, { rules, signers }));
    checkLimits(summary, { chain, network, rules });
    return read;
  }

  #pendingOf(form: SignatureForm, { tenant, now }: { tenant: TenantId; now: number }): PendingTransaction {
    const { signatureId, index } = refOf(form.from);
    const serializedTransaction = messageText(contentOf(form));
    const signatures = [{ id: signatureId, ...(index !== undefined && { index }) }];
    const received = { id: newRequestId(now), chain: form.chain, signatures, serializedTransaction };
    return { ...parsePending(received, form.chain, this.#parts.network), kind: form.kind, tenant };
  }
}

/** @throws CustosError REQUEST_INVALID */
function contentOf(form: SignatureForm): MessageContent {
  if (form.kind === 'typed-data') {
    const { typedData } = form;
    const json = typeof typedData === 'string' ? typedData : JSON.stringify(typedData);
    return checkField('body/typedData', () => messageContent({ kind: 'typed-data', json }));
  }
  if (form.kind === 'hash') return messageContent({ kind: 'hash', bytes: bytesOf(form.hash) });
  const { text, bytes = '0x' } = form;
  return text === undefined
    ? checkField('body/bytes', () => messageContent({ kind: 'message', bytes: bytesOf(bytes) }))
    : checkField('body/text', () => messageContent({ kind: 'message', text }));
}

/** @param digits - hexadecimal, behind 0x */
function bytesOf(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.slice(2), 'hex'));
}
