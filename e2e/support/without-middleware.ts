// A copy of the built project without middleware, to test the guards in the pages alone.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type BuildCopy, copyBuild } from '#e2e/support/build-copy.ts'

interface FunctionsManifest {
  functions: Record<string, unknown>
}

export async function copyWithoutMiddleware(): Promise<BuildCopy> {
  const copy = await copyBuild()
  const file = path.join(copy.dir, '.next/server/functions-config-manifest.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as FunctionsManifest
  if (!('/_middleware' in manifest.functions)) throw new Error(`${file} names no middleware that could be removed`)
  delete manifest.functions['/_middleware']
  await writeFile(file, JSON.stringify(manifest))
  return copy
}
