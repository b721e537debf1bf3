/** Replaces the generated client of server-sent events in the build: `watchRun` uses the browser's own. */
export const createSseClient = undefined
