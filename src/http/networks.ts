import { BlockList, isIP } from 'node:net';
import { CustosError } from '../core/errors.js';
import { quote } from '../core/ids.js';

/** @throws CustosError TOKEN_FACTS_INVALID: not `ADDRESS` or `ADDRESS/BITS` */
export function parseNetwork(text: string): string {
  const [, address = '', given] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const longest = isIP(address) === 6 ? 128 : 32;
  const bits = given === undefined ? longest : Number(given);
  if (isIP(address) === 0 || bits > longest) {
    throw new CustosError('TOKEN_FACTS_INVALID', `${quote(text)} is not a network such as 10.0.0.0/8`);
  }
  return `${address.toLowerCase()}/${bits}`;
}

/** @param networks - as `parseNetwork` writes them @returns whether an address of a connection lies in one of them */
export function networkCheck(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return (given) => {
    // A server that listens on both families shows IPv4 addresses inside IPv6 ones.
    const address = given?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}
