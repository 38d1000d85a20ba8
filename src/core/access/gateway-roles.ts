/** What clients of the gateway's routes may do, in the order in which documents show it. */
export const gatewayRoles = {
  submit: 'hand transactions in, and withdraw them',
  sign: 'fetch what is to be signed, close and withdraw it, and send signed bytes',
  read: 'see one transaction, and ask nodes what does not send anything',
} as const;

export type GatewayRole = keyof typeof gatewayRoles;

/** All of them, in the order of the table. */
export const allGatewayRoles = Object.keys(gatewayRoles) as readonly GatewayRole[];

export function isGatewayRole(text: string): text is GatewayRole {
  return Object.hasOwn(gatewayRoles, text);
}
