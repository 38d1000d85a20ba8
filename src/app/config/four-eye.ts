import type { Environment, SettingsReader } from './reader.js';

/** The name of the flag `externalUrl` on the command line if it was written as in Tatum KMS. */
export const TATUM_SPELLING = 'externalUrlAsTatum';

/**
 * The default method for the four-eye service: POST, so that the service sees what it approves; GET with the flag or variable
 * of Tatum KMS, because a service made for that program expects GET.
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
