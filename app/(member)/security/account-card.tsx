import type { ReactNode } from 'react'
import { Verbatim } from '#app/ui/verbatim.tsx'
import type { Words } from '#lib/words/words.ts'

/** The account: username, data export, deletion. */
export function AccountCard({
  words,
  username,
  mayChange,
  mayManage,
}: {
  words: Words
  username: string
  mayChange: boolean
  mayManage: boolean
}) {
  return (
    <section aria-labelledby="account" className="card flex flex-col">
      <div className="p-6">
        <h2 id="account" className="text-lg">
          {words('security.account.title')}
        </h2>
        <p className="text-muted">{words('security.account.guards')}</p>
      </div>
      <Row
        title={words('security.account.username')}
        text={<Verbatim>{username}</Verbatim>}
        link={mayChange && <Link href="/security/username">{words('security.account.change_username')}</Link>}
      />
      <Row
        title={words('security.account.export')}
        text={words('security.account.export_text')}
        link={mayManage && <Link href="/security/export">{words('security.account.download')}</Link>}
      />
      <Row
        title={words('security.account.delete')}
        text={words('security.account.delete_text')}
        link={mayManage && <Link href="/security/delete">{words('security.account.delete_link')}</Link>}
      />
    </section>
  )
}

function Row({ title, text, link }: { title: string; text: ReactNode; link: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-4 border-t border-line p-6">
      <div>
        <h3 className="font-medium">{title}</h3>
        <p className="text-muted">{text}</p>
      </div>
      {link}
    </div>
  )
}

function Link({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} className="button">
      {children}
    </a>
  )
}
