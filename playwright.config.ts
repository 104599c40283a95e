// Browser tests: the real built server and a real Chromium. `npm test` provides both; alone, run `npm run test:browser`.
import { defineConfig, devices } from '@playwright/test'
import { findChromium } from '#e2e/support/find-chromium.ts'

// Found once here; the workers, which read this file again, are told.
const chromium = findChromium()
if (chromium) process.env.CHROMIUM_PATH = chromium.executable

const isRoot = process.getuid?.() === 0

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/global-setup.ts',
  outputDir: 'test-results/playwright',
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [[process.stdout.isTTY ? 'line' : 'dot'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(chromium && { executablePath: chromium.executable }),
      // Chromium refuses its sandbox to root. The rest keeps it from looking for hosts outside.
      args: [
        ...(isRoot ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-quic',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'chromium', use: { viewport: { width: 1280, height: 900 } } },
    { name: 'no-javascript', grep: /@no-javascript/, use: { javaScriptEnabled: false } },
    { name: 'phone', grep: /@phone/, use: { ...devices['Pixel 7'] } },
  ],
})
