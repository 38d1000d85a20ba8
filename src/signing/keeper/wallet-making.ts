import { CustosError } from '../../core/errors.js';
import type { CreatedWallet, CreateRequest } from '../../core/signing/create.js';
import type { Signer } from '../../core/signing/signer.js';
import { type SealedWallet, tenantOf } from '../../core/signing/wallet.js';

/** What the operator allows, and who hears of it. */
export interface MakingParts {
  /** Whether fronts get wallets made. Absent: it makes none. */
  readonly mayCreate?: boolean;
  /** Called with each wallet that it made for a front. */
  onCreated?(wallet: CreatedWallet): void;
}

/** Wallets that are made at the same time: signatures wait for at most so many. */
const AT_ONCE = 4;

/**
 * Makes wallets for fronts, where the operator allowed it. Code in a front can have as many made as it likes, a few at a time, and
 * learns no secret of any.
 */
export class WalletMaking {
  readonly #parts: MakingParts;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(parts: MakingParts) {
    this.#parts = parts;
  }

  /** @throws CustosError CREATE_NOT_ALLOWED, and what the signer throws */
  async create(signer: Signer, request: CreateRequest): Promise<SealedWallet> {
    if (this.#parts.mayCreate !== true || signer.create === undefined) {
      throw new CustosError('CREATE_NOT_ALLOWED', 'this keeper makes no wallets');
    }
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      const sealed = await signer.create(request);
      const { signatureId, chain, network } = sealed;
      this.#parts.onCreated?.({ signatureId, chain, network, tenant: tenantOf(sealed) });
      return sealed;
    } finally {
      // Whoever waits takes this place.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
