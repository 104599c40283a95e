// Runs the scanner of Mozilla's HTTP Observatory, unmodified, on the site behind TLS. With 234 packages it is too large
// for a dependency, so the scan installs this version into a folder.
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { makeCertificate } from './certificate.ts'
import type { Finding, Report } from './finding.ts'
import { withSite } from './site.ts'
import { folderFor, runTool } from './tools.ts'

const name = '@mdn/mdn-http-observatory'
const version = '1.4.8'
const wanted = 'A+'

interface Scan {
  error?: string
  scan?: { grade: string; score: number; testsPassed: number; testsQuantity: number }
  tests?: Record<string, { result: string; pass: boolean; scoreModifier: number }>
}

export function runObservatory(): Promise<Report> {
  const certificate = makeCertificate()
  return withSite({ certificate, limits: true }, async ({ proxy, faults }) => {
    const { host } = new URL(proxy.origin)
    const program = path.join(await install(), 'node_modules', name, 'src/scan.js')
    const { output } = await runTool('observatory', process.execPath, [program, host], {
      withinMs: 60_000,
      env: { NODE_EXTRA_CA_CERTS: certificate.file },
    })
    const { error, scan, tests = {} } = JSON.parse(output) as Scan
    const failed = Object.entries(tests).filter(([, test]) => !test.pass)
    const findings: Finding[] = failed.map(([test, { result, scoreModifier }]) => ({
      name: `observatory: ${test}: ${result}`,
      detail: `${scoreModifier}`,
    }))
    if (scan?.grade !== wanted) {
      findings.push({ name: `observatory: not ${wanted}`, detail: scan ? `${scan.grade}, ${scan.score}` : `${error}` })
    }
    const gained = Object.entries(tests).map(
      ([test, { result, scoreModifier }]) => `${test} ${result} ${scoreModifier}`,
    )
    writeFileSync(path.join(folderFor('.'), 'observatory scores.txt'), `${gained.join('\n')}\n`)
    return {
      tool: `observatory ${version}`,
      lookedAt: 'the site behind TLS, from / on',
      requests: proxy.requests(),
      figures: scan
        ? `${scan.grade}, ${scan.score} points, ${scan.testsPassed} of ${scan.testsQuantity} tests`
        : `${error}`,
      findings: [...findings, ...faults()],
    }
  })
}

/** Without its scripts, which would download lists. Then no host is preloaded, which can only cost points. */
async function install(): Promise<string> {
  const folder = folderFor(`observatory-${version}`)
  const lists = path.join(folder, 'node_modules', name, 'conf')
  if (existsSync(path.join(lists, 'tld-list.json'))) return folder
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`]
  const { code, output } = await runTool('observatory install', 'npm', args, { withinMs: 180_000, env: npmSettings() })
  if (code !== 0) throw new Error(`${name} could not be installed: ${output.slice(-500)}`)
  writeFileSync(path.join(lists, 'hsts-preload.json'), '{}')
  writeFileSync(path.join(lists, 'tld-list.json'), '[]')
  return folder
}

/** The registry that npm uses. */
function npmSettings(): Record<string, string> {
  const given = Object.entries(process.env).filter(([key]) =>
    /^(npm_config_|NPM_CONFIG_|HOME$|NODE_EXTRA_CA_CERTS$)/.test(key),
  )
  return Object.fromEntries(given.map(([key, value]) => [key, value ?? '']))
}
