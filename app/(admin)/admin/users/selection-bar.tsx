import type { Words } from '#lib/words/words.ts'
import { acts } from './people-query.ts'

/** What to do with the people whose checkboxes are ticked. Each button leads to a page that asks once more. */
export function SelectionBar({ words }: { words: Words }) {
  return (
    <fieldset className="selection-bar">
      <legend className="sr-only">{words('admin.people.with_selected')}</legend>
      <span aria-hidden="true" className="me-2 text-sm text-muted">
        {words('admin.people.with_selected')}
      </span>
      {acts.map((act) => (
        <button
          key={act}
          type="submit"
          name="act"
          value={act}
          formAction={act === 'export' ? '/admin/users/export' : undefined}
          className="button"
        >
          {words(`admin.people.acts.${act}`)}
        </button>
      ))}
    </fieldset>
  )
}
