import type { Words } from '#lib/words/words.ts'

const sections = [
  { key: 'overview', href: '/admin' },
  { key: 'people', href: '/admin/users' },
  { key: 'invitations', href: '/admin/invitations' },
  { key: 'audit', href: '/admin/audit' },
] as const

/** The navigation between admin pages. */
export function Sections({ words, current }: { words: Words; current: (typeof sections)[number]['key'] }) {
  return (
    <nav aria-label={words('admin.sections.label')}>
      <ul className="tabs">
        {sections.map(({ key, href }) => (
          <li key={key}>
            <a href={href} aria-current={key === current ? 'page' : undefined}>
              {words(`admin.sections.${key}`)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
