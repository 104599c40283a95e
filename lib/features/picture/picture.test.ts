import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { days } from '../../core/clock.ts'
import { openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import { images } from './images-for-test.ts'

const [first, second] = [Buffer.from(images.webpLossless, 'base64'), Buffer.from(images.pngPalette, 'base64')]

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

describe.each(storeNames)('on %s', (store) => {
  beforeEach(async () => {
    opened = await openTestServices({}, store)
    await opened.addPerson('ada')
    await opened.addPerson('bob')
  })
  const versionOf = async (id: string) => (await opened.app.accounts.findActive(id))?.picture

  test('a picture replaces the one before, and the user carries its version only', async () => {
    const { pictures, stores } = opened.app
    expect(await versionOf('ada')).toBeNull()
    expect(await pictures.save('ada', first)).toEqual({ ok: true, value: null })
    const before = await versionOf('ada')
    expect(await pictures.save('ada', second)).toEqual({ ok: true, value: null })
    const found = await pictures.find('ada')
    expect(found).toMatchObject({ type: 'image/png', version: await versionOf('ada') })
    expect(found?.version).not.toBe(before)
    expect(await pictures.find('bob')).toBeNull()
    expect(JSON.stringify(await stores.users.find('ada')).length).toBeLessThan(2_000)
    expect(await pictures.remove('ada')).toEqual({ ok: true, value: null })
    expect(await pictures.find('ada')).toBeNull()
    expect(await versionOf('ada')).toBeNull()
  })

  test('nothing changes for a file that is no picture, or for a user who is suspended', async () => {
    const { pictures, stores } = opened.app
    await pictures.save('ada', first)
    const held = await pictures.find('ada')
    expect(await pictures.save('ada', Buffer.from('<svg/>'))).toEqual({ ok: false, code: 'picture_kind' })
    expect(await pictures.find('ada')).toEqual(held)
    await stores.users.changeStanding('bob', { status: 'suspended' })
    expect(await pictures.save('bob', first)).toEqual({ ok: false, code: 'person_gone' })
    expect(await pictures.find('bob')).toBeNull()
    expect(await pictures.remove('bob')).toEqual({ ok: false, code: 'person_gone' })
  })

  test('an administrator removes the picture of a user, a suspended one too', async () => {
    const { pictures, stores, userAdmin } = opened.app
    await pictures.save('ada', first)
    await stores.users.changeStanding('ada', { status: 'suspended' })
    expect(await userAdmin.removePicture('ada')).toMatchObject({ ok: true, value: { picture: null } })
    expect(await pictures.find('ada')).toBeNull()
    expect(await userAdmin.removePicture('nobody')).toEqual({ ok: false, code: 'person_gone' })
  })

  test('an erased account leaves no picture, and a restored one keeps it [V14.2.7]', async () => {
    const { pictures, accountDeletion, stores } = opened.app
    for (const id of ['ada', 'bob']) {
      await pictures.save(id, first)
      await accountDeletion.delete(id)
    }
    opened.advance(days(13))
    await accountDeletion.restore('bob')
    opened.advance(days(1) + 1)
    expect(await accountDeletion.erase()).toEqual(['ada'])
    expect((await stores.collections.picture.list({}, 9)).map(({ id }) => id)).toEqual(['bob'])
    expect(await versionOf('bob')).not.toBeNull()
  })
})
