// Reads a page like a browser without JavaScript: headings, links and forms.
import { attribute, decode, textOf } from '#e2e/support/form-markup.ts'

/** A form as one of its buttons sends it, with the page's values. */
export interface FormOfPage {
  /** As in the page; empty for the page itself. */
  action: string
  method: 'get' | 'post'
  isMultipart: boolean
  fields: [name: string, value: string][]
  /** The label of the button. */
  button: string
}

export interface PageMarkup {
  title: string
  /** The texts of its h1 elements. */
  headings: string[]
  /** The href of links, as in the page. */
  links: string[]
  /** The URLs of styles, scripts, images and fonts. */
  files: string[]
  forms: FormOfPage[]
}

export function readPage(html: string): PageMarkup {
  const shown = html.replace(/(<script\b[^>]*>)[\s\S]*?<\/script>/g, '$1')
  return {
    title: textOf(/<title>([\s\S]*?)<\/title>/.exec(shown)?.[1] ?? ''),
    headings: [...shown.matchAll(/<h1\b[^>]*>([\s\S]*?)<\/h1>/g)].map(([, text = '']) => textOf(text)),
    links: addresses(shown, /<(?:a|area)\b[^>]*>/g, 'href'),
    files: [...addresses(shown, /<link\b[^>]*>/g, 'href'), ...addresses(shown, /<(?:script|img)\b[^>]*>/g, 'src')],
    forms: [...shown.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].flatMap(([, tag = '', content = '']) =>
      readButtons(tag, content),
    ),
  }
}

function addresses(html: string, tags: RegExp, name: string): string[] {
  return [...html.matchAll(tags)].map(([tag]) => attribute(tag, name)).filter((address) => address !== null)
}

function readButtons(formTag: string, content: string): FormOfPage[] {
  const fields = readFields(content)
  const form = {
    action: attribute(formTag, 'action') ?? '',
    method: attribute(formTag, 'method')?.toLowerCase() === 'post' ? ('post' as const) : ('get' as const),
    isMultipart: attribute(formTag, 'encType') === 'multipart/form-data',
  }
  return [...content.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/g)]
    .filter(([, tag = '']) => attribute(tag, 'type') !== 'button')
    .map(([, tag = '', label = '']) => {
      const name = attribute(tag, 'name')
      const own: [string, string][] = name === null ? [] : [[name, attribute(tag, 'value') ?? '']]
      return { ...form, fields: [...fields, ...own], button: textOf(label) }
    })
}

function readFields(content: string): [string, string][] {
  const inputs = [...content.matchAll(/<input\b[^>]*>/g)]
    .map(([tag]) => tag)
    .filter((tag) => !/^(radio|checkbox)$/.test(attribute(tag, 'type') ?? '') || /\schecked\b/.test(tag))
    .map((tag): [string | null, string] => [attribute(tag, 'name'), attribute(tag, 'value') ?? ''])
  const areas = [...content.matchAll(/(<textarea\b[^>]*>)([\s\S]*?)<\/textarea>/g)].map(
    ([, tag = '', text = '']): [string | null, string] => [attribute(tag, 'name'), decode(text)],
  )
  const selects = [...content.matchAll(/(<select\b[^>]*>)([\s\S]*?)<\/select>/g)].map(
    ([, tag = '', options = '']): [string | null, string] => {
      const chosen = /<option\b[^>]*\sselected\b[^>]*>/.exec(options)?.[0] ?? /<option\b[^>]*>/.exec(options)?.[0] ?? ''
      return [attribute(tag, 'name'), attribute(chosen, 'value') ?? '']
    },
  )
  return [...inputs, ...areas, ...selects].filter((field): field is [string, string] => field[0] !== null)
}
