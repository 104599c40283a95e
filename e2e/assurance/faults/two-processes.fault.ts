// A second process on the same store: rejected on JSON files, accepted on a database.
import { expect, test } from 'vitest'
import { runToExit } from '#e2e/support/server-process.ts'
import { restartAndAudit } from './audit.ts'
import { createOperations } from './operations.ts'
import { createStats } from './stats.ts'
import { startStore } from './store-process.ts'
import { makeFolderSubject } from './subjects.ts'
import { WriteRecord } from './write-record.ts'

test('a second process on a folder exits and names the first; after kill -9 a new one opens it [V15.4.1, V15.4.3]', async () => {
  const subject = await makeFolderSubject('JSON')
  const written = new WriteRecord()
  const first = await startStore(subject.location)
  expect(await createOperations(first.stores, written).signUp()).toBe('done')

  await expect(startStore(subject.location)).rejects.toMatchObject({
    code: 'store_locked',
    message: expect.stringMatching(new RegExp(`process ${first.pid} on .*DATABASE_URL`)),
  })
  const site = await runToExit({ DATA_DIR: subject.folder })
  expect(site).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${first.pid} on `) })
  expect(await createOperations(first.stores, written).signUp()).toBe('done')

  await first.kill()
  const next = await restartAndAudit(subject, written, createStats('a second process', 'JSON'))
  await next.stores.close()
  await subject.remove()
})

test('two processes on one SQLite file both write and lose nothing of each other [V15.4.1]', async () => {
  const subject = await makeFolderSubject('SQLite')
  const written = new WriteRecord()
  const both = [await startStore(subject.location), await startStore(subject.location)]
  const signUps = both.flatMap(({ stores }) =>
    Array.from({ length: 50 }, () => createOperations(stores, written).signUp()),
  )
  expect(new Set(await Promise.all(signUps))).toEqual(new Set(['done']))
  for (const store of both) await store.kill()
  const next = await restartAndAudit(subject, written, createStats('two writers, killed', 'SQLite'))
  await next.stores.close()
  await subject.remove()
})
