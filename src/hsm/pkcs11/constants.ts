/** Values of the PKCS#11 specification (v2.40 and v3.0, `pkcs11t.h`) that are used here. */
export const ck = {
  serialSession: 0x04,
  user: 1,
  /** Before each use of a key that wants it (CKA_ALWAYS_AUTHENTICATE). */
  contextSpecific: 2,
  class: { publicKey: 2, privateKey: 3, secretKey: 4 },
  attribute: {
    class: 0x00,
    token: 0x01,
    label: 0x03,
    keyType: 0x100,
    id: 0x102,
    sensitive: 0x103,
    extractable: 0x162,
    ecParams: 0x180,
    ecPoint: 0x181,
    alwaysAuthenticate: 0x202,
  },
  mechanism: { ecdsa: 0x1041, eddsa: 0x1057, aesGcm: 0x1087 },
} as const;

/** Return values (PKCS#11 v3.0, 5.1.6) by what they mean for a caller. */
export const returned = {
  wrongPin: new Set([0xa0, 0xa1, 0xa2, 0xa3, 0xa4]),
  alreadyLoggedIn: 0x100,
  /** CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID, CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED */
  unsuitable: new Set([0x70, 0x71, 0x63, 0x68]),
  /** CKR_ENCRYPTED_DATA_INVALID, CKR_ENCRYPTED_DATA_LEN_RANGE; a wrong tag of AES-GCM is one of them or CKR_GENERAL_ERROR */
  damagedBox: new Set([0x40, 0x41]),
  /** CKR_ATTRIBUTE_SENSITIVE, CKR_ATTRIBUTE_TYPE_INVALID */
  noAttribute: new Set([0x11, 0x12]),
} as const;
