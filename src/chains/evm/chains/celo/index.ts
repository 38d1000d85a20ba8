import { estimatedOperations, evmChain } from '../../index.js';
import { celoCompletion, celoFeeTokens, celoFormat, celoTransfer } from './fee-currency.js';

/** Celo. Coin type 52752 (SLIP-44); Alfajores, Baklava and Celo Sepolia as testnets. Fees can be paid in tokens (CIP-64). */
export const celo = evmChain({
  id: 'CELO',
  name: 'Celo',
  slug: 'celo',
  coin: 'CELO',
  coinType: 52752,
  feeCeiling: '100',
  chainIds: { mainnet: [42220n], testnet: [44787n, 62320n, 11142220n] },
  // Isthmus (July 2025).
  gasRules: { dataFloor: true },
  format: celoFormat,
  completion: celoCompletion,
  feeTokens: celoFeeTokens,
  feeTokenCeiling: '50',
  transferForm: celoTransfer,
  tatum: {
    operations: [...estimatedOperations, 'GET account/transaction/:'],
    ledgerOperations: ['celo/erc20', 'celo/erc20/deploy', 'celo/erc20/:/:', 'celo/transfer'],
    answers: { balance: 'celo' },
    errors: { broadcast: 'celo.error', contract: 'ethereum.sc.invalid' },
    faults: { printsForeignKey: true },
  },
});
