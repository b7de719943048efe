// The tablet's frame without signal. It keeps the frame, its style, scripts and pictures, and nothing of anybody:
// pages that hold a turn are never kept, and answers stand sealed in the tablet's own database.
const KEEP = 'voice-frame-1'
const FRAME = {{ url_for('voice.shell')|tojson }}
const TABLET = {{ url_for('voice.tablet')|tojson }}
const LOOK = {{ look_url|tojson }}
const IMPORTED = {{ [asset('tablet-store.js'), asset('tablet-seal.js'), asset('listen.js')]|tojson }} // a module asks for them without a version
const PARTS = [...{{ [url_for('voice.shell'), look_url, asset('tablet.js'), asset('idb-keyval.js'), asset('font.woff2'), asset('font-ext.woff2'), asset('font-arabic.woff2'), asset('favicon.svg')]|tojson }}, ...IMPORTED.map((part) => part.split('?')[0])]
const PATIENCE = 3000 // ms; then the frame that is kept is shown

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEEP).then((cache) => cache.addAll(PARTS.map((part) => new Request(part, { cache: 'reload' })))).then(() => self.skipWaiting()))
})

// What belonged to an older version of the frame goes when this one is in use.
async function tidy() {
  const wanted = new Set(PARTS.map((part) => new URL(part, self.location).href))
  const cache = await caches.open(KEEP)
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request)
}

self.addEventListener('activate', (event) => event.waitUntil(Promise.all([self.clients.claim(), tidy()])))

async function inTime(request, patience) {
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), patience)
  try {
    return await fetch(request, { signal: giveUp.signal })
  } finally {
    clearTimeout(timer)
  }
}

async function frameFirstOrKept(request) {
  try {
    const answer = await inTime(request, PATIENCE)
    if (answer.status < 500) return answer
  } catch {
    // no signal, or too little of it
  }
  return (await caches.match(FRAME)) ?? Response.error()
}

// What has its version in its address never changes; anything else is asked for first, and kept for when there is no signal.
async function keptOrFetched(request) {
  const { pathname, searchParams } = new URL(request.url)
  if (searchParams.has('v') || pathname.startsWith('/static/vendor/')) {
    const kept = await caches.match(request)
    if (kept) return kept
  }
  const older = await caches.match(request, { ignoreSearch: true })
  if (!older) return fetch(request)
  try {
    return await inTime(request, PATIENCE)
  } catch {
    return older
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname, searchParams } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    if (searchParams.has('new')) return // a tablet just handed over: never the frame with another child's turn in it
    if (pathname === TABLET || pathname.startsWith(`${TABLET}/`)) event.respondWith(frameFirstOrKept(request))
    return
  }
  if (pathname.startsWith('/static/') || pathname === new URL(LOOK, self.location).pathname) event.respondWith(keptOrFetched(request))
})
