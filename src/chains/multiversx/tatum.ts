import type { TatumFacts } from '../../core/chain/tatum.js';
import { multiversxQuestions } from './questions/questions.js';

/** What Tatum calls MultiversX and has for it. */
export const tatum: TatumFacts = {
  nodePath: 'egld/node',
  node: {
    proxies: ['node/:'],
    probe: { path: '/network/config' },
    paths: {
      reads: [
        ...['GET /network/config', 'GET /network/status', 'GET /network/status/:', 'GET /network/economics'],
        ...['GET /network/esdts', 'GET /network/esdt/supply/:', 'GET /address/:', 'GET /address/:/balance'],
        ...['GET /address/:/nonce', 'GET /address/:/shard', 'GET /address/:/username', 'GET /address/:/key/:'],
        ...['GET /address/:/keys', 'GET /address/:/esdt', 'GET /address/:/esdt/:', 'GET /address/:/nft/:/nonce/:'],
        ...['GET /address/:/transactions', 'GET /transaction/:', 'GET /transaction/:/status', 'GET /block/:/by-hash/:'],
        ...['GET /block/:/by-nonce/:', 'GET /hyperblock/by-hash/:', 'GET /hyperblock/by-nonce/:'],
        ...['POST /vm-values/query', 'POST /vm-values/int', 'POST /vm-values/hex', 'POST /vm-values/string'],
        ...['POST /transaction/cost', 'POST /transaction/simulate'],
      ],
      sends: ['POST /transaction/send', 'POST /transaction/send-multiple'],
    },
  },
  questions: multiversxQuestions,
  operations: [
    'GET account/balance/: block/current block/: address/:/: wallet node/:/*',
    'GET transaction/: transaction/address/: transaction/count/:',
    'POST broadcast gas node/:/* transaction wallet/priv',
  ],
  ledgerOperations: ['egld/transfer'],
  faults: {
    printedAddresses: {
      mainnet: [
        'erd1r45ugr3q9wrtftyv3d6wfz9l42wj553l9x6u39q7mqh0pxl5j9tsnde9hx',
        'erd1ne5patcf98asmalr9ueqxx5vlmy5725pm3p2asckp4wft0xl3ars64gh8s',
      ],
      testnet: [
        'erd1yqt755wvr33vpr6586smn7mpq4jx365kpd353qfd2xuy5vwaa9ts3r69sj',
        'erd1mdzfn7n8up8ckddaqs7jsg227t6sftt49dqxw6gckc7ry5vdycrsj0ugm5',
      ],
    },
  },
};
