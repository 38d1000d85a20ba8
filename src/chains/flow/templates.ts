import type { Network } from '../../core/ids.js';

/** Cadence texts of the transactions that a request selects by number. A missing one is not offered. */
export interface FlowTemplates {
  /** `(amount: UFix64, recipient: Address)` */
  transfer(network: Network): string;
  /** `(amount: UFix64, recipient: Address)`, of the token of a contract. */
  tokenTransfer?(network: Network, token: FlowToken): string;
  /** Absent where the network no longer has the token. */
  fusdTransfer?(network: Network): string;
  /** `(publicKey: String, weight: UFix64)`, or in the older form a key that carries its weight. */
  addKey(network: Network): string;
  /** `(publicKey: String, weight: UFix64)` */
  createAccount?(network: Network): string;
  /** `(recipient: Address, url: String, type: String)` */
  mint?(network: Network): string;
  /** `(recipient: [Address], url: [String], type: String)` */
  mintMultiple?(network: Network): string;
  /** `(withdrawID: UInt64, type: String)` */
  burn?(network: Network): string;
  /** `(recipient: Address, withdrawID: UInt64)` */
  transferToken?(network: Network): string;
  /** `encoded`: an RLP list of key, algorithms and weight in one text; `plain`: key and weight as two arguments. */
  readonly keyForm: 'encoded' | 'plain';
}

/** A contract whose vaults hold fungible tokens. */
export interface FlowToken {
  /** 16 hexadecimal digits. */
  readonly address: string;
  readonly name: string;
}

/** Accounts that hold the contracts which the templates import. */
export const flowContracts = {
  mainnet: {
    fungibleToken: '0xf233dcee88fe0abe',
    flowToken: '0x1654653399040a61',
    nonFungibleToken: '0x1d7e57aa55817448',
    fusd: '0x3c5959b568896393',
    multiNft: '0x354e6721564ccd2c',
  },
  testnet: {
    fungibleToken: '0x9a0766d93b6608b7',
    flowToken: '0x7e60df042a9c0868',
    nonFungibleToken: '0x631e88ae7f1d7c20',
    fusd: '0xe223d8a629e49c68',
    multiNft: '0x87fe4ebd0cddde06',
  },
} as const;

/** Texts in Cadence 1.0, the only language that the network has taken since September 2024. FUSD is gone. */
export const cadenceOneTemplates: FlowTemplates = {
  keyForm: 'plain',
  transfer: (network) => `import FungibleToken from ${flowContracts[network].fungibleToken}
import FlowToken from ${flowContracts[network].flowToken}

transaction(amount: UFix64, recipient: Address) {
    let payment: @{FungibleToken.Vault}

    prepare(signer: auth(BorrowValue) &Account) {
        let vault = signer.storage.borrow<auth(FungibleToken.Withdraw) &FlowToken.Vault>(from: /storage/flowTokenVault)
            ?? panic("the sender has no FLOW vault")
        self.payment <- vault.withdraw(amount: amount)
    }

    execute {
        let receiver = getAccount(recipient).capabilities.borrow<&{FungibleToken.Receiver}>(/public/flowTokenReceiver)
            ?? panic("the recipient has no FLOW receiver")
        receiver.deposit(from: <-self.payment)
    }
}
`,
  // The contract says where its vaults are. What it says reaches vaults of its own type only.
  tokenTransfer: (network, { address, name }) => `import FungibleToken from ${flowContracts[network].fungibleToken}
import FungibleTokenMetadataViews from ${flowContracts[network].fungibleToken}
import ${name} from 0x${address}

transaction(amount: UFix64, recipient: Address) {
    let data: FungibleTokenMetadataViews.FTVaultData
    let payment: @{FungibleToken.Vault}

    prepare(signer: auth(BorrowValue) &Account) {
        let view = ${name}.resolveContractView(resourceType: nil, viewType: Type<FungibleTokenMetadataViews.FTVaultData>())
        self.data = view as! FungibleTokenMetadataViews.FTVaultData? ?? panic("the token does not say where its vaults are")
        let vault = signer.storage.borrow<auth(FungibleToken.Withdraw) &${name}.Vault>(from: self.data.storagePath)
            ?? panic("the sender has no vault of the token")
        self.payment <- vault.withdraw(amount: amount)
    }

    execute {
        let receiver = getAccount(recipient).capabilities.borrow<&{FungibleToken.Receiver}>(self.data.receiverPath)
            ?? panic("the recipient has no receiver of the token")
        receiver.deposit(from: <-self.payment)
    }
}
`,
  addKey: () => `transaction(publicKey: String, weight: UFix64) {
    prepare(signer: auth(AddKey) &Account) {
        signer.keys.add(
            ${keyArguments}
        )
    }
}
`,
  createAccount: () => `transaction(publicKey: String, weight: UFix64) {
    prepare(signer: auth(BorrowValue) &Account) {
        let account = Account(payer: signer)
        account.keys.add(
            ${keyArguments}
        )
    }
}
`,
  mint: (network) => `${multiNft(network)}
transaction(recipient: Address, url: String, type: String) {
    ${minter}

    execute {
        ${mintOne('recipient', 'url')}
    }
}
`,
  mintMultiple: (network) => `${multiNft(network)}
transaction(recipient: [Address], url: [String], type: String) {
    ${minter}

    execute {
        var at = 0
        while at < url.length {
            ${mintOne('recipient[at]', 'url[at]')}
            at = at + 1
        }
    }
}
`,
  burn: (network) => `${multiNft(network)}${nonFungible(network)}
transaction(withdrawID: UInt64, type: String) {
    let token: @{NonFungibleToken.NFT}

    prepare(signer: auth(BorrowValue) &Account) {
        let collection = ${collection}
        collection.borrowTatumNFT(id: withdrawID, type: type)
        self.token <- collection.withdraw(withdrawID: withdrawID)
    }

    execute {
        destroy self.token
    }
}
`,
  transferToken: (network) => `${multiNft(network)}${nonFungible(network)}
transaction(recipient: Address, withdrawID: UInt64) {
    let token: @{NonFungibleToken.NFT}

    prepare(signer: auth(BorrowValue) &Account) {
        let collection = ${collection}
        self.token <- collection.withdraw(withdrawID: withdrawID)
    }

    execute {
        let receiver = getAccount(recipient).capabilities.borrow<&TatumMultiNFT.Collection>(TatumMultiNFT.CollectionPublicPath)
            ?? panic("the recipient has no collection")
        receiver.deposit(token: <-self.token)
    }
}
`,
};

const keyArguments = `publicKey: PublicKey(
                publicKey: publicKey.decodeHex(),
                signatureAlgorithm: SignatureAlgorithm.ECDSA_secp256k1
            ),
            hashAlgorithm: HashAlgorithm.SHA3_256,
            weight: weight`;

const minter = `let minter: &TatumMultiNFT.NFTMinter

    prepare(signer: auth(BorrowValue) &Account) {
        self.minter = signer.storage.borrow<&TatumMultiNFT.NFTMinter>(from: TatumMultiNFT.MinterStoragePath)
            ?? panic("the signer mints no tokens")
    }`;

const collection = `signer.storage.borrow<auth(NonFungibleToken.Withdraw) &TatumMultiNFT.Collection>(
            from: TatumMultiNFT.CollectionStoragePath
        ) ?? panic("the sender has no collection")`;

function mintOne(recipient: string, url: string): string {
  return `self.minter.mintNFT(
            recipient: getAccount(${recipient}).capabilities.borrow<&TatumMultiNFT.Collection>(
                TatumMultiNFT.CollectionPublicPath
            ) ?? panic("the recipient has no collection"),
            type: type,
            url: ${url},
            address: ${recipient}
        )`;
}

function multiNft(network: Network): string {
  return `import TatumMultiNFT from ${flowContracts[network].multiNft}\n`;
}

function nonFungible(network: Network): string {
  return `import NonFungibleToken from ${flowContracts[network].nonFungibleToken}\n`;
}
