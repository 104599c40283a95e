export const metadata = { title: 'Profile' }

export default function ProfilePage() {
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="text-xl sm:text-2xl">Profile</h1>
        <a href="/profile/edit" className="button">
          Edit profile
        </a>
      </div>
      <dl className="card divide-y divide-line px-6">
        <Entry label="Username">
          <bdi>zoe.quist</bdi>
        </Entry>
        <Entry label="Full name">
          <bdi>Zoë Quist-O’Hara</bdi>
        </Entry>
        <Entry label="Bio">
          <p dir="auto" className="max-w-[68ch] whitespace-pre-line">
            Keeps the lamp lit.
          </p>
        </Entry>
        <Entry label="Age">
          <span className="figures">41</span>
        </Entry>
      </dl>
    </div>
  )
}

function Entry({ label, children }) {
  return (
    <div className="grid gap-x-6 gap-y-1 py-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
      <dt className="text-muted max-sm:text-sm">{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
