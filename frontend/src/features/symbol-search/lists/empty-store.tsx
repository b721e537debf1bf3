/** Instructions for loading the first bars. */
export function EmptyStore() {
  return (
    <section className="empty-store" aria-labelledby="empty-store-heading">
      <h2 id="empty-store-heading">No stocks yet</h2>
      <p>Load daily bars in one of three ways:</p>
      <ol>
        <li>
          Drop a CSV or Parquet file onto this page, or press <strong>Load bars</strong> at the top.
        </li>
        <li>
          Load a file from a terminal: <code>make load FILE=prices.csv</code>
        </li>
        <li>
          Point <code>MONGO_URL</code> at your own database, then restart Bellwether.
        </li>
      </ol>
    </section>
  )
}
