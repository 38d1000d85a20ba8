import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { parseJson } from '../../core/json.js';
import type { PersonSignature } from '../../core/policy/constitution.js';
import { type WalletState, walletStates } from '../../core/signing/wallet.js';
import { canonicalJson } from '../../policy/canonical-json.js';
import { forms } from '../../policy/document/forms.js';
import { hashOf } from '../../policy/hash.js';
import { type Decree, decreeLines } from '../../policy/quorum.js';
import type { ApproverKey } from '../approvals/key-file.js';

/** A change of a wallet's state that persons are to sign. */
export interface StateRequest {
  readonly store: string;
  readonly wallet: string;
  readonly chain: string;
  readonly network: string;
  readonly state: WalletState;
  readonly reason: string;
  /** That of the record once it is changed. */
  readonly revision: number;
}

/** Whose signatures each state needs: one person may stop a wallet, only a quorum lets it go on, and destroying ends it for good. */
const acts: Readonly<Record<WalletState, Decree['act']>> = {
  suspended: 'stop',
  compromised: 'stop',
  active: 'unfreeze',
  deactivated: 'unfreeze',
  destroyed: 'constitution',
};

const requestForm = z.strictObject({
  custosWalletState: z.literal(1),
  store: z.string().regex(/^[0-9a-f]{32}$/),
  wallet: z.string().regex(forms.wallet),
  chain: z.string().regex(forms.chain),
  network: z.enum(['mainnet', 'testnet']),
  state: z.enum(walletStates),
  reason: z.string().regex(forms.words),
  revision: z.number().int().min(1),
});

/** What was signed, so that a refusal can say what is different. Nothing is believed of it: the hash decides. */
const subject = { wallet: z.string(), state: z.string(), reason: z.string(), revision: z.number() };

const signatureForm = z.strictObject({
  custosSignature: z.literal(1),
  ...z.object(subject).partial().shape,
  hash: z.string(),
  key: z.string(),
  signature: z.string(),
});

/** Why a wallet gets a state: one line. @throws CustosError USAGE */
export function parseReason(text: string | undefined): string {
  if (text === undefined) throw new CustosError('USAGE', 'say why with --reason TEXT');
  if (forms.words.test(text)) return text;
  throw new CustosError('USAGE', 'a reason has 1 to 128 characters, all of them visible or blanks');
}

/** One line of JSON for the machine of a person who signs. */
export function requestText(request: StateRequest): string {
  return canonicalJson({ custosWalletState: 1, ...request });
}

/** @throws CustosError USAGE: not such a line */
export function readStateRequest(text: string): StateRequest {
  const refused = () => new CustosError('USAGE', 'the file is not a request of a state command with --request');
  const parsed = requestForm.safeParse(parseJson(text, refused));
  if (!parsed.success) throw refused();
  const { custosWalletState: _, ...request } = parsed.data;
  return request;
}

/** What persons sign. */
export function stateDecree({ store, wallet, chain, network, state, reason, revision }: StateRequest): Decree {
  return {
    title: 'custos-wallet-state/1',
    store,
    act: acts[state],
    facts: [
      ['wallet', wallet],
      ['chain', chain],
      ['network', network],
      ['state', state],
      ['reason', reason],
      ['revision', String(revision)],
    ],
  };
}

/** The lines of a request as a person reads them before signing. */
export function stateLines(request: StateRequest): readonly string[] {
  return decreeLines(stateDecree(request), '').split('\n').slice(0, -2);
}

/** What a person sends after signing. @returns one line of JSON */
export function signState(request: StateRequest, key: ApproverKey): string {
  const { signature } = stateSignature(request, key);
  const { wallet, state, reason, revision } = request;
  const about = { wallet, state, reason, revision };
  return canonicalJson({ custosSignature: 1, ...about, hash: subjectOf(request), key: key.text, signature });
}

/** The signature itself, for whoever signs at the store. */
export function stateSignature(request: StateRequest, key: ApproverKey): PersonSignature {
  return { key: key.text, signature: key.sign(decreeLines(stateDecree(request), key.text)) };
}

/** @throws CustosError CONSTITUTION_SIGNATURE: not such a line, or for another change */
export function readStateSignature(text: string, request: StateRequest): PersonSignature {
  const refused = (why: string) => new CustosError('CONSTITUTION_SIGNATURE', `the signature is refused: ${why}`);
  const parsed = signatureForm.safeParse(parseJson(text, () => refused('it is not JSON')));
  if (!parsed.success) throw refused('it has another form');
  const { hash, key, signature } = parsed.data;
  if (hash !== subjectOf(request)) throw refused(differenceOf(parsed.data, request));
  return { key, signature };
}

function differenceOf(signed: z.infer<typeof signatureForm>, request: StateRequest): string {
  for (const name of ['wallet', 'state', 'reason'] as const) {
    if (signed[name] !== undefined && signed[name] !== request[name]) {
      return `it is for the ${name} ${quote(signed[name])}, and this is ${quote(request[name])}`;
    }
  }
  if (signed.revision !== undefined && signed.revision !== request.revision) {
    return 'the wallet was changed after it was signed: make a new request';
  }
  return 'it is for another wallet, state or reason, or the wallet was changed since the request was made';
}

function subjectOf(request: StateRequest): string {
  return hashOf(decreeLines(stateDecree(request), ''));
}
