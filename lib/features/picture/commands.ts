// A user changes their own profile picture.
import { z } from 'zod'
import { command } from '../../core/command.ts'

export const savePicture = command({
  name: 'picture.save',
  permission: 'change-profile',
  input: z.strictObject({ picture: z.instanceof(Buffer) }),
  audit: 'picture.saved',
  async run({ pictures }, { picture }, { id }) {
    const saved = await pictures.save(id, picture)
    return saved.ok ? saved : { ...saved, isRecorded: false }
  },
})

export const removePicture = command({
  name: 'picture.remove',
  permission: 'change-profile',
  input: z.strictObject({}),
  audit: 'picture.removed',
  run: ({ pictures }, _input, { id }) => pictures.remove(id),
})
