declare module '@onflow/encode' {
  export function encodeTransactionPayload(voucher: object): string;
  export function encodeTransactionEnvelope(voucher: object): string;
}
