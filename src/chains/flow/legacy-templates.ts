import type { Network } from '../../core/ids.js';
import { type FlowTemplates, flowContracts } from './templates.js';

/**
 * The texts that Tatum KMS sent before September 2024, as far as recordings exist, byte for byte. The network refuses them
 * now. They serve comparison, and development chains that still run the old language.
 */
export const legacyTemplates: FlowTemplates = {
  keyForm: 'encoded',
  transfer: (network) =>
    transfer(network, { name: 'FlowToken', at: flowContracts[network].flowToken, path: 'flowToken' }),
  fusdTransfer: (network) => transfer(network, { name: 'FUSD', at: flowContracts[network].fusd, path: 'fusd' }),
  addKey: () =>
    'transaction(publicKey: String) {\nprepare(signer: AuthAccount) {\nsigner.addPublicKey(publicKey.decodeHex())\n}\n}',
};

interface Token {
  readonly name: string;
  readonly at: string;
  /** How the paths of its vaults begin. */
  readonly path: string;
}

function transfer(network: Network, { name, at, path }: Token): string {
  return `import FungibleToken from ${flowContracts[network].fungibleToken}
import ${name} from ${at}

transaction(amount: UFix64, recipient: Address) {
let sentVault: @FungibleToken.Vault
prepare(signer: AuthAccount) {
  let vaultRef = signer.borrow<&${name}.Vault>(from: /storage/${path}Vault)
    ?? panic("failed to borrow reference to sender vault")

  self.sentVault <- vaultRef.withdraw(amount: amount)
}

execute {
  let receiverRef =  getAccount(recipient)
    .getCapability(/public/${path}Receiver)
    .borrow<&{FungibleToken.Receiver}>()
      ?? panic("failed to borrow reference to recipient vault")

  receiverRef.deposit(from: <-self.sentVault)
}
}`;
}
