import type { Words } from '#lib/words/words.ts'
import { acts } from './people-query.ts'

/** What to do with the people whose checkboxes are ticked. Each button leads to a page that asks once more. */
export function SelectionBar({ words }: { words: Words }) {
  return (
    <fieldset className="selection-bar">
      <legend className="sr-only">{words('admin.selected.title')}</legend>
      <span aria-hidden="true" className="selected-count figures text-sm text-muted">
        {words('admin.selected.title')}
      </span>
      {acts.map((act) => (
        <button
          key={act}
          type="submit"
          name="act"
          value={act}
          formAction={act === 'export' ? '/admin/users/export' : undefined}
          className={act === 'suspend' ? 'button button-danger-quiet' : 'button'}
        >
          {words(`admin.people.acts.${act}`)}
        </button>
      ))}
    </fieldset>
  )
}
