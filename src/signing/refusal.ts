import { CustosError, type ErrorCode } from '../core/errors.js';
import type { CheckpointRequest } from '../core/signing/checkpoint.js';
import type { CreateRequest } from '../core/signing/create.js';
import type { SignRequest } from '../core/signing/signer.js';
import { openingWords, refusedWords, words } from './refusal-words.js';

/** A question that was refused. */
type Refused =
  | { readonly kind: 'unlock' | keyof typeof refusedWords }
  | { readonly kind: 'sign' | 'identify'; readonly request: Pick<SignRequest, 'sealed'> }
  | { readonly kind: 'create'; readonly request: Pick<CreateRequest, 'chain'> }
  | { readonly kind: 'checkpoint'; readonly request: Pick<CheckpointRequest, 'writer'> };

/** The front's own text for a refusal of its question. */
export function refusalOf(code: ErrorCode, question: Refused): CustosError {
  if (question.kind === 'unlock') return new CustosError(code, openingWords[code] ?? 'the signer opened no key slot');
  if (question.kind === 'checkpoint') {
    return new CustosError(code, `the signer refused to sign the audit log ${question.request.writer}`);
  }
  if (question.kind === 'create') {
    return new CustosError(code, words[code] ?? `the signer refused to make a wallet of ${question.request.chain}`);
  }
  if (question.kind !== 'sign' && question.kind !== 'identify') {
    return new CustosError(code, words[code] ?? refusedWords[question.kind]);
  }
  const { sealed } = question.request;
  const ids = sealed.map(({ signatureId }) => signatureId);
  const wallets = ids.length === 0 ? 'no wallet' : `wallet ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''}`;
  return new CustosError(code, `${words[code] ?? 'the signer refused to sign'}: ${wallets}`);
}
