// “You said, we did” on a tablet: it can be heard, and a page that comes back from the browser's memory is read again.

import './listen.js'

window.addEventListener('pageshow', (event) => event.persisted && location.reload())
