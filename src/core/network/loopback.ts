/** A part of an IPv4 address in its one decimal form: 0 to 255 without leading zeros. */
const PART = String.raw`(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;

const loopback = new RegExp(String.raw`^(localhost|127(\.${PART}){3}|::1)$`, 'i');

/** True for the names and addresses that only this machine reaches: `localhost`, 127.0.0.0/8 and ::1, the last one with or without brackets. */
export function isLoopback(host: string): boolean {
  return loopback.test(host.replace(/^\[(.*:.*)\]$/, '$1'));
}
