import { type MailedPath, shownSecretHandle } from '#lib/web/cookies/mailed-secret.ts'
import { shownSecretField } from '#lib/web/forms/form-fields.ts'

/** In each form of a page that a mailed link leads to: its action refuses it once the browser holds another link. */
export async function ShownSecretField({ path }: { path: MailedPath }) {
  return <input type="hidden" name={shownSecretField} value={await shownSecretHandle(path)} />
}
