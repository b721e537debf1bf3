/** What was assumed in reading the file, and what of it was not read. */
export function ReportNotes({ notes = [] }: { notes: readonly string[] | undefined }) {
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
