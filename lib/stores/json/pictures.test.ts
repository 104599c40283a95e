import { chmod, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { aPicture, aUser } from '#lib/stores/contract/samples.ts'
import { freshFolder } from './folder-for-test.ts'
import { openJsonReader } from './reader.ts'

async function folderWithPicture() {
  const folder = await freshFolder()
  const stores = await folder.open()
  await stores.users.insert(aUser())
  await stores.collections.picture.put(aPicture())
  const [name = ''] = await readdir(folder.path('pictures'))
  return { folder, stores, name }
}

it('writes one private file for each picture, and no other file', async () => {
  const { folder, stores, name } = await folderWithPicture()
  const tokens = (await stat(folder.path('tokens.json'))).ino
  await stores.collections.picture.put(aPicture({ version: 'b2' }))
  expect(await readdir(folder.path('pictures'))).toEqual([name])
  expect((await stat(folder.path('pictures'))).mode & 0o777).toBe(0o700)
  expect((await stat(folder.path(join('pictures', name)))).mode & 0o777).toBe(0o600)
  expect((await stat(folder.path('tokens.json'))).ino).toBe(tokens)
  await stores.collections.picture.deleteAll({ id: 'id-of-alice' })
  expect(await readdir(folder.path('pictures'))).toEqual([])
})

it.each(['', '{"version":1}', '{"version":1,"picture":{"id":"bob","version":"a1","image":"","savedAt":1}}'])(
  'starts with the damaged picture %j, and names it when it is asked for',
  async (content) => {
    const { folder, stores, name } = await folderWithPicture()
    await stores.close()
    await folder.write(join('pictures', name), content)
    const opened = await folder.open()
    const named = { code: 'store_damaged', message: expect.stringContaining(name) }
    await expect(opened.collections.picture.find('id-of-alice')).rejects.toMatchObject(named)
    await expect(Array.fromAsync((await openJsonReader(folder.dir)).dump())).rejects.toMatchObject(named)
    await opened.collections.picture.put(aPicture({ version: 'b2' }))
    expect(await opened.collections.picture.find('id-of-alice')).toMatchObject({ version: 'b2' })
  },
)

it('removes what an interrupted write left, and closes the folder to others', async () => {
  const { folder, stores, name } = await folderWithPicture()
  await stores.close()
  await folder.write(join('pictures', `${name}.0123456789abcdef.tmp`), 'half')
  await chmod(folder.path('pictures'), 0o755)
  const opened = await folder.open()
  expect(await readdir(folder.path('pictures'))).toEqual([name])
  expect((await stat(folder.path('pictures'))).mode & 0o777).toBe(0o700)
  expect(await opened.collections.picture.find('id-of-alice')).toEqual(aPicture())
})
