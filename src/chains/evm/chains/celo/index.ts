import { estimatedOperations, evmChain } from '../../index.js';
import { celoCompletion, celoFeeTokens, celoFormat, celoTransfer } from './fee-currency.js';

const GOLD = '0x471ece3750da237f93b8e339c536989b8978a438';

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
  // The contract GoldToken: what it transfers are the coins. Alfajores and Baklava had it at other addresses.
  coinContracts: {
    mainnet: [GOLD],
    testnet: [GOLD, '0xf194afdf50b03e69bd7d057c1aa9e10c9954e4c9', '0xddc9be57f553fe75752d61606b94cbd7e0264ef8'],
  },
  transferForm: celoTransfer,
  tatum: {
    operations: [...estimatedOperations, 'GET account/transaction/:'],
    ledgerOperations: ['celo/erc20', 'celo/erc20/deploy', 'celo/erc20/:/:', 'celo/transfer'],
    answers: { balance: 'celo' },
    errors: { broadcast: 'celo.error', contract: 'ethereum.sc.invalid' },
    faults: { printsForeignKey: true },
  },
});
