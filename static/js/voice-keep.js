// Asks the browser to keep what children answer until it is sent. Firefox asks the person in front of it: here that is
// the worker, before the hand-over. On the child's screens nothing is asked.

navigator.storage?.persist?.().catch(() => {})
