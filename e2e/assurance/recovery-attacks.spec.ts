// Account recovery against a thief who knows the password.
import { expect, test } from '#e2e/fixtures.ts'
import { type Claim, keepFromEarlierAddress, recoverAgainstBot } from './attacks/account-recovery.ts'

for (const claim of ['not me', 'forgotten password', 'administrator'] satisfies Claim[]) {
  test(`the owner wins by “${claim}” against a bot that keeps changing the password`, async ({ server }) => {
    expect(await recoverAgainstBot(server, claim)).toBe(true)
  })
}

for (const when of ['before', 'after'] as const) {
  test(`no link to an address verified by a thief recovers the account, used ${when} the owner acts`, async ({
    server,
  }) => {
    expect(await keepFromEarlierAddress(server, when)).toBe(true)
  })
}
