import { type MailedPath, shownSecretHandle } from '#lib/web/cookies/mailed-secret.ts'
import { shownSecretField } from '#lib/web/forms/form-fields.ts'

/** A hidden field in each form behind a mailed link. The action rejects it once the browser opened another link. */
export async function ShownSecretField({ path }: { path: MailedPath }) {
  return <input type="hidden" name={shownSecretField} value={await shownSecretHandle(path)} />
}
