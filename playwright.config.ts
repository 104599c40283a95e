// Browser tests: the real built server and a real Chromium. `npm test` provides both; alone, run `npm run test:browser`,
// with TEST_STORE=sqlite or =postgres for the other stores, and TEST_ALL=on for everything on those.
import { defineConfig, devices } from '@playwright/test'
import { findChromium } from '#e2e/support/find-chromium.ts'
import { chosenStore, specsOfOneStore, testsOfOtherStores } from '#e2e/support/test-store.ts'

// Found once here; the workers, which read this file again, are told.
const chromium = findChromium()
if (chromium) process.env.CHROMIUM_PATH = chromium.executable

const store = chosenStore()
/** Forms are one component: `npm test` tries those of these specs with JavaScript alone, `npm run test:all` without too. */
const withoutJavaScriptLater = process.env.TEST_JOURNEYS === 'on' ? '**/{admin,email,security}.spec.ts' : []
const isRoot = process.getuid?.() === 0

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  testIgnore: specsOfOneStore(store),
  // Not `skip`: what is not meant for this store is not part of the run.
  grepInvert: testsOfOtherStores(store),
  globalSetup: './e2e/global-setup.ts',
  outputDir: `test-results/playwright-${store}`,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 600_000,
  expect: { timeout: 60_000 },
  reporter: [
    [process.stdout.isTTY ? 'line' : 'dot'],
    ['json', { outputFile: `test-results/playwright-${store}.json` }],
  ],
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
    screenshot: 'only-on-failure',
    // For what hangs only.
    navigationTimeout: 120_000,
    actionTimeout: 120_000,
    // A new context costs a second of Chromium's time. The reused one starts every test without cookies, storage and cache.
    reuseContext: true,
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
    // How a page comes to the browser is no store's affair: once is enough.
    ...(store === 'json'
      ? [
          {
            name: 'no-javascript',
            grep: /@no-javascript/,
            testIgnore: withoutJavaScriptLater,
            use: { javaScriptEnabled: false },
          },
          { name: 'phone', grep: /@phone/, use: { ...devices['Pixel 7'] } },
        ]
      : []),
  ],
})
