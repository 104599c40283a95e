import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nextEnv from '@next/env'
import { expect, onTestFinished, test } from 'vitest'
import { keepToTheProgram } from './traces.ts'

test('keeps the build’s output, packages and package.json in the trace files, and no settings', async () => {
  const projectDir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  onTestFinished(async () => {
    nextEnv.resetEnv()
    await rm(projectDir, { recursive: true })
  })
  await writeFile(join(projectDir, '.env'), 'NOTE="theirs"\n')
  const { loadedEnvFiles } = nextEnv.loadEnvConfig(projectDir, false, undefined, true)
  expect(loadedEnvFiles.map(({ path }) => path)).toEqual(['.env'])
  const folder = join(projectDir, '.next/server/app/(visitor)/login')
  await mkdir(folder, { recursive: true })
  const up = '../../../../../'
  const trace = {
    version: 1,
    files: [
      `${up}data/secret`,
      `${up}node_modules/pg/index.js`,
      `${up}.env`,
      `${up}../outside.json`,
      'page.js',
      `${up}.next-kept/BUILD_ID`,
      '../../../../node_modules/pg-0123',
      `${up}package.json`,
      `${up}package.json.bak`,
      `${up}users.json`,
    ],
    fileHashes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    symlinks: [
      [0, 'elsewhere'],
      [6, `${up}node_modules/pg`],
    ],
  }
  await writeFile(join(folder, 'page.js.nft.json'), JSON.stringify(trace))
  await keepToTheProgram({ projectDir, distDir: join(projectDir, '.next') })
  expect(JSON.parse(await readFile(join(folder, 'page.js.nft.json'), 'utf8'))).toEqual({
    version: 1,
    files: [`${up}node_modules/pg/index.js`, 'page.js', '../../../../node_modules/pg-0123', `${up}package.json`],
    fileHashes: ['1', '4', '6', '7'],
    symlinks: [[2, `${up}node_modules/pg`]],
  })
  expect(loadedEnvFiles).toEqual([])
})
