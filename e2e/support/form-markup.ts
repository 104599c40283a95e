// Finds a form in HTML by its button's label or the start of it, as a browser without JavaScript would post it.
import { formTokenField } from '#lib/web/forms/form-fields.ts'

export interface FormMarkup {
  action: string
  isMultipart: boolean
  hidden: [name: string, value: string][]
}

export function readForm(html: string, button: string): FormMarkup {
  const form = readForms(html).find(({ buttons }) => buttons.some((label) => `${label} `.startsWith(`${button} `)))
  if (form === undefined) throw new Error(`No form with the button "${button}" in:\n${html.slice(0, 2000)}`)
  return form
}

export function readForms(html: string): (FormMarkup & { buttons: string[] })[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes = '', content = '']) => {
    const inputs = [...content.matchAll(/<(?:input|textarea)\b[^>]*>/g)].map(([tag]) => tag)
    return {
      action: attribute(attributes, 'action') ?? '',
      isMultipart: attribute(attributes, 'encType') === 'multipart/form-data',
      hidden: inputs
        .filter((tag) => attribute(tag, 'type') === 'hidden')
        .map((tag) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? '']),
      buttons: buttonLabels(content),
    }
  })
}

/** The form's token. */
export function tokenIn({ hidden }: FormMarkup): [name: string, value: string][] {
  return hidden.filter(([name]) => name === formTokenField)
}

/** The visible text of a piece of HTML. */
export function textOf(html: string): string {
  return decode(html.replace(/<script\b[\s\S]*?<\/script>|<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
}

function buttonLabels(html: string): string[] {
  return [...html.matchAll(/<button\b[^>]*>([\s\S]*?)<\/button>/g)].map(([, content = '']) => textOf(content))
}

export function attribute(tag: string, name: string): string | null {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`, 'i').exec(tag)?.[1]
  return value === undefined ? null : decode(value)
}

export function decode(text: string): string {
  const named: Record<string, string> = { quot: '"', apos: "'", lt: '<', gt: '>', nbsp: ' ', amp: '&' }
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name) return named[name] ?? whole
    return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal))
  })
}
