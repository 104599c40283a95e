// The command line as an operator runs it, in short; user.long.test.ts has every command.
import { expect, test } from 'vitest'
import { runCommand } from './command-for-test.ts'
import { freshDir } from './places-for-test.ts'

test('an operator makes, lists and changes users; the last administrator stays', async () => {
  const dir = await freshDir()
  const run = (...args: string[]) => runCommand(args, { DATA_DIR: dir })
  expect(await run('user', 'create-admin', 'Ada', '--json')).toMatchObject({ code: 0, stderr: '' })
  expect(await run('user', 'create', 'bob', '--role', 'guest')).toMatchObject({ code: 0 })
  const refused = await run('user', 'role', 'ada', 'member')
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('ada is the only administrator')
  expect(await run('user', 'role', 'bob', 'admin')).toMatchObject({ code: 0 })
  const { stdout } = await run('user', 'list', '--json')
  expect(JSON.parse(stdout)).toMatchObject([
    { username: 'ada', role: 'admin' },
    { username: 'bob', role: 'admin' },
  ])
})
