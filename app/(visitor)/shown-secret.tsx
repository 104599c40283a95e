import { shownSecretField } from '#lib/web/form-fields.ts'
import { type MailedPath, shownSecretHandle } from '#lib/web/mailed-secret.ts'

/** In each form of a page that a mailed link leads to: its action refuses it once the browser holds another link. */
export async function ShownSecretField({ path }: { path: MailedPath }) {
  return <input type="hidden" name={shownSecretField} value={await shownSecretHandle(path)} />
}
