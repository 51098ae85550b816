// Who sits at the terminal, as an acknowledgement names them. Main thread.
import { userInfo } from 'node:os'

/** The user's name; of a user id that has none, as in many containers, the id. */
export function operatorName(): string {
	try {
		const { username } = userInfo()
		if (username !== '') return username
	} catch {
		// There is no such user in the system's list.
	}
	const { USER } = process.env
	return USER || `uid ${process.getuid?.() ?? 'unknown'}`
}
