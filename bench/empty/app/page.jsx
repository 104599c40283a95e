/** As the real pages: made for each request. */
export const dynamic = 'force-dynamic'

export default function EmptyPage() {
  return (
    <main>
      <h1>Empty</h1>
    </main>
  )
}
