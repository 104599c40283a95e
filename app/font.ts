import localFont from 'next/font/local'
import '@fontsource-variable/geist/index.css'

/**
 * The Latin letters of Geist, which every page needs at once. The style sheet above has the other scripts, which a
 * browser loads only for a page that shows one of their letters.
 */
export const font = localFont({
  src: '../node_modules/@fontsource-variable/geist/files/geist-latin-wght-normal.woff2',
  variable: '--font-latin',
  weight: '100 900',
  // It would stand before the other scripts; globals.css has one behind them.
  adjustFontFallback: false,
})
