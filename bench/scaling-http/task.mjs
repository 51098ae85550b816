// What each request has a thread do: 20 ms, of which 1 ms computes and the rest waits, as a synchronous driver of a database does. So
// threads are what is short, not cores.
const sleeper = new Int32Array(new SharedArrayBuffer(4))

export default function work() {
	const until = performance.now() + 1
	while (performance.now() < until);
	Atomics.wait(sleeper, 0, 0, 19)
	return 'done'
}
