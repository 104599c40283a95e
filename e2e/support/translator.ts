// Simulates a browser's built-in translation: Chrome replaces each text node by a new one in two <font> elements, again
// after each change. The words stay the same, so that tests find them.
import type { Page } from '@playwright/test'

/** When to start: when the document arrives, or after hydration. */
export type TranslationStart = 'before hydration' | 'after hydration'

interface Translation {
  /** What React wrote into replaced text nodes, which is invisible. */
  lost: string[]
  wrapped: number
}

declare global {
  interface Window {
    translation: Translation
  }
}

/** From the next document on. */
export async function translate(page: Page, start: TranslationStart): Promise<void> {
  await page.addInitScript(translateDocument, start)
}

/** How many texts were replaced, and which updates were lost since. */
export function readTranslation(page: Page): Promise<Translation> {
  return page.evaluate(() => window.translation)
}

/** Translatable texts that contain one of these: a translation would change a name, an address or a code. */
export function findTranslatable(page: Page, exact: readonly string[]): Promise<string[]> {
  return page.evaluate((names) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found: string[] = []
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode as Text
      const isShown = parentElement !== null && parentElement.closest('script, style, noscript') === null
      const isTranslated = parentElement?.closest('[translate]')?.getAttribute('translate') !== 'no'
      if (isShown && isTranslated && names.some((name) => data.includes(name))) found.push(data)
    }
    return found
  }, exact)
}

/** Runs in the page. */
function translateDocument(start: TranslationStart): void {
  const translation: Translation = { lost: [], wrapped: 0 }
  window.translation = translation
  const detached = new MutationObserver((changes) => {
    for (const { target } of changes) translation.lost.push((target as Text).data)
  })

  function wrap(text: Text): void {
    const parent = text.parentElement
    if (text.data.trim() === '' || parent === null) return
    if (parent.closest('script, style, noscript, textarea, title, svg, font, [translate="no"]') !== null) return
    const outer = document.createElement('font')
    const inner = document.createElement('font')
    inner.append(text.data)
    outer.append(inner)
    text.replaceWith(outer)
    translation.wrapped++
    detached.observe(text, { characterData: true })
  }

  function wrapWithin(node: Node): void {
    const texts: Text[] = []
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT)
    if (node instanceof Text) texts.push(node)
    while (walker.nextNode()) texts.push(walker.currentNode as Text)
    for (const text of texts) wrap(text)
  }

  function begin(): void {
    wrapWithin(document)
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) wrapWithin(node)
    }).observe(document, { childList: true, subtree: true })
  }

  if (start === 'before hydration') {
    begin()
    return
  }
  // Every page notifies the other tabs once it runs; this is another receiver.
  const channel = new BroadcastChannel('gatehouse-session')
  channel.onmessage = () => {
    channel.onmessage = null
    begin()
  }
}
