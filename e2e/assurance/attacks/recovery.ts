// `npm run attack:recovery`: a thief who knows the password, against a built site that this starts on loopback. Ends with 1
// when the thief keeps an account.
import { spawnSync } from 'node:child_process'
import { type Claim, keepFromEarlierAddress, recoverAgainstBot } from '#e2e/assurance/attacks/account-recovery.ts'
import { startServer } from '#e2e/support/server.ts'
import { projectDir } from '#e2e/support/server-process.ts'

const rounds = 5
const say = (line: string) => process.stdout.write(`${line}\n`)

const { status } = spawnSync(process.execPath, ['lib/server/build.ts'], { cwd: projectDir, stdio: 'inherit' })
if (status !== 0) process.exit(1)
const server = await startServer()
let lost = 0
try {
  for (const claim of ['not me', 'forgotten password', 'administrator'] satisfies Claim[]) {
    await play(`a bot that changes the password against “${claim}”`, () => recoverAgainstBot(server, claim))
  }
  for (const when of ['before', 'after'] as const) {
    await play(`links to an earlier address of the thief, ${when} the owner acts`, () =>
      keepFromEarlierAddress(server, when),
    )
  }
} finally {
  await server.dispose()
}
process.exitCode = lost === 0 ? 0 : 1

async function play(name: string, attack: () => Promise<boolean>): Promise<void> {
  let kept = 0
  for (let round = 0; round < rounds; round += 1) if (await attack()) kept += 1
  lost += rounds - kept
  say(`${name}: the owner has the account in ${kept} of ${rounds}`)
}
