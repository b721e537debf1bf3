import type { LoadReport } from '@/api/gen/types.gen'

/** What was assumed in reading the file, and what of it was not read. */
export function ReportNotes({ report: { notes = [] } }: { report: LoadReport }) {
  if (notes.length === 0) return <></>
  return (
    <section aria-labelledby="notes-heading">
      <h4 id="notes-heading">How the file was read</h4>
      <ul className="reasons">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  )
}
