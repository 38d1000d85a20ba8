import type { SettingsReader } from '../config/reader.js';

/** A payment as flags name it; texts as they were typed. */
export interface PaymentFlags {
  readonly from?: string;
  readonly to?: string;
  readonly amount?: string;
  readonly token?: string;
  readonly decimals?: string;
  readonly memo?: string;
  readonly destinationTag?: string;
  readonly account?: string;
  readonly maxFee?: string;
}

const paymentNames = [
  'from',
  'to',
  'amount',
  'token',
  'decimals',
  'memo',
  'destinationTag',
  'account',
  'maxFee',
] as const;

export function readPaymentFlags(read: SettingsReader): PaymentFlags {
  return Object.fromEntries(
    paymentNames.flatMap((name) => {
      const value = read.given(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
