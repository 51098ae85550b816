import { describe, expect, it } from 'vitest'

import {
	bytes,
	cores,
	count,
	interval,
	milliseconds,
	nanoseconds,
	percent,
	perSecond,
	smallPercent,
} from '../../lib/cli/units.ts'

describe('units', () => {
	it.each([
		[0, '0 B'],
		[999, '999 B'],
		[1000, '0.98 KiB'],
		[1024, '1.00 KiB'],
		[10_239, '10.0 KiB'],
		[102_400, '100 KiB'],
		[1023 * 1024, '1.00 MiB'],
		[25_274_793_984, '23.5 GiB'],
		[2 ** 53, '8.00 PiB'],
	])('%d bytes are %s', (value, text) => expect(bytes(value)).toBe(text))

	it.each([
		[0, '0.0 %'],
		[9.96, '10.0 %'],
		[99.94, '99.9 %'],
		[99.96, '100 %'],
		[182.3, '182 %'],
	])('%d percent are %s', (value, text) => expect(percent(value)).toBe(text))

	it.each([
		[0.0123, '0.012 %'],
		[0.9996, '1.00 %'],
		[12.34, '12.3 %'],
	])('a small %d percent is %s', (value, text) => expect(smallPercent(value)).toBe(text))

	it.each([
		[42, '42'],
		[65_536, '65536'],
		[99_999.6, '100k'],
		[2_465_620, '2.47M'],
	])('a count of %d is %s', (value, text) => expect(count(value)).toBe(text))

	it.each([
		[0, '0/s'],
		[0.42, '0.4/s'],
		[12.4, '12/s'],
		[999.6, '1.00k/s'],
		[18_400, '18.4k/s'],
	])('%d a second are %s', (value, text) => expect(perSecond(value)).toBe(text))

	it.each([
		[0.5, '0.5'],
		[2, '2'],
		[1.256, '1.26'],
		[128, '128'],
	])('%d cores are %s', (value, text) => expect(cores(value)).toBe(text))

	it.each([
		[0.04, '0.0 ms'],
		[38.6, '38.6 ms'],
		[250.4, '250 ms'],
		[1250, '1.25 s'],
	])('%d milliseconds are %s', (value, text) => expect(milliseconds(value)).toBe(text))

	it.each([
		[80, '80 ms'],
		[1000, '1 s'],
		[2500, '2.5 s'],
	])('an interval of %d ms is %s', (value, text) => expect(interval(value)).toBe(text))

	it.each([
		[40.2, '40 ns'],
		[12_083, '12.1 us'],
		[1_500_000, '1.50 ms'],
	])('%d nanoseconds are %s', (value, text) => expect(nanoseconds(value, 'u')).toBe(text))
})
