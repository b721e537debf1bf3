// Before the first paint, so that a chosen theme does not flash; a file of its own, so that script-src stays closed.
;(() => {
  try {
    const chosen = localStorage.getItem('bellwether-theme')
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
  } catch {
    // the browser denies access
  }
})()
