// Suite: bytes to and from a disk, of the container and of the machine.
import { ended, startIn } from '../../container/limited.mjs'
import { inGroup, MiB } from './in_group.mjs'

const writtenBytes = 16 * MiB
const readBytes = 8 * MiB

export async function diskScenes(report) {
	await report.scene('disk', () =>
		inGroup({}, async (probe, group) => {
			const before = await probe.ask('read')
			await ended(startIn([group], dd('/dev/zero', '/dev/vda', 'oflag=direct', writtenBytes)))
			await ended(startIn([group], dd('/dev/vda', '/dev/null', 'iflag=direct', readBytes)))
			// Both: fields are read one by one, and a new reading may be published in between.
			const { raw, resources } = await probe.until(({ raw }) =>
				['disk.read_bytes_total', 'container.io_read_bytes_total'].every(name => raw[name] >= before.raw[name] + readBytes),
			)
			const grown = name => raw[name] - before.raw[name]
			report.equal('disk.devices_count', raw['disk.devices_count'], 1)
			report.near('disk.written_bytes_total', grown('disk.written_bytes_total'), writtenBytes, MiB)
			report.near('disk.read_bytes_total', grown('disk.read_bytes_total'), readBytes, MiB)
			report.near('disk.writes_total', grown('disk.writes_total'), 16, 16)
			report.near('container.io_written_bytes_total', grown('container.io_written_bytes_total'), writtenBytes, MiB)
			report.near('container.io_read_bytes_total', grown('container.io_read_bytes_total'), readBytes, MiB)
			report.atLeast('disk.writtenBytesPerSecond', resources.disk.writtenBytesPerSecond, MiB)
			const { disks } = await probe.ask('details')
			// The kernel counts a request as long as ticks of its clock fall into it, so of quick ones many are needed.
			let busySeconds = grown('disk.busy_seconds_total')
			for (let more = 0; more < 30 && busySeconds === 0; more++) {
				await ended(startIn([group], dd('/dev/vda', '/dev/null', 'iflag=direct', readBytes)))
				busySeconds = (await probe.ask('read')).raw['disk.busy_seconds_total'] - before.raw['disk.busy_seconds_total']
			}
			report.atLeast('disk.busy_seconds_total', busySeconds, 0.001)
			report.equal('getDetails() counts the disk', disks.find(disk => disk.name === 'vda')?.counted, true)
		}),
	)
}

function dd(from, to, flag, bytes) {
	return ['dd', `if=${from}`, `of=${to}`, 'bs=1048576', `count=${bytes / MiB}`, flag]
}
