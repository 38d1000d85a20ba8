import type { Environment, SettingsReader } from './reader.js';

/** What the command line calls the flag `externalUrl` when it was written as Tatum KMS writes it. */
export const TATUM_SPELLING = 'externalUrlAsTatum';

/**
 * How the four-eye service is asked where nobody says: by POST, so that it sees what it approves; by GET where it is named in
 * the words of Tatum KMS, because a service that was made for that program expects it.
 */
export function defaultMethod(read: SettingsReader, environment: Environment): 'GET' | 'POST' {
  if (read.text('externalUrl') !== undefined) return read.isSet(TATUM_SPELLING) ? 'GET' : 'POST';
  const isTatum = !environment['CUSTOS_EXTERNAL_URL'] && Boolean(environment['TATUM_KMS_EXTERNAL_URL']);
  return isTatum ? 'GET' : 'POST';
}

/** Why an approval by GET is weak, in one sentence for log and `doctor`. */
export const GET_RISK =
  'asked by GET the four-eye service approves an id, not the content: whoever makes the queue can put another payment behind it';
export const GET_REMEDY =
  'let the service take POST and give --external-url-method POST; --accept-four-eye-get takes this warning away';
