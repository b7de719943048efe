// A page that comes back from the browser's memory is asked for anew, so that nobody reads there what was sent.
// WebKit keeps pages so on a connection without TLS, whatever they say of being kept.

addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
