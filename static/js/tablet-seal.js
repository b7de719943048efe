// Sealing: what a child says is closed to the server's public key before the tablet keeps it (ECDH P-256, HKDF,
// AES-256-GCM). The tablet itself cannot open it again. The other half is portal/voice/operations/sealing.py.

const POINT = { name: 'ECDH', namedCurve: 'P-256' }

function bytes(text) {
  const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0))
}

function text(raw) {
  let letters = ''
  for (let at = 0; at < raw.length; at += 8192) letters += String.fromCharCode(...raw.subarray(at, at + 8192))
  return btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

async function derived(own, publicKey, id) {
  const server = await crypto.subtle.importKey('raw', bytes(publicKey), POINT, false, [])
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: server }, own.privateKey, 256)
  const base = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode(`portal voice 1 ${id}`)
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
}

// One sealed part: the sender's point, the initial value, the ciphertext; as base64url.
export async function seal(part, { publicKey, id }) {
  const own = await crypto.subtle.generateKey(POINT, false, ['deriveBits'])
  const key = await derived(own, publicKey, id)
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const additionalData = new TextEncoder().encode(id)
  const closed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, new TextEncoder().encode(JSON.stringify(part)))
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey))
  const whole = new Uint8Array(point.length + iv.length + closed.byteLength)
  whole.set(point)
  whole.set(iv, point.length)
  whole.set(new Uint8Array(closed), point.length + iv.length)
  return text(whole)
}
