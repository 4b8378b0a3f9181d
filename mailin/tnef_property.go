package mailin

import (
	"strconv"
	"time"
)

// charsetLabel names a Windows code page.
func charsetLabel(codepage uint32) string {
	switch codepage {
	case 437, 850, 866:
		return "ibm" + strconv.Itoa(int(codepage))
	case 932:
		return "shift_jis"
	case 936:
		return "gbk"
	case 949:
		return "euc-kr"
	case 950:
		return "big5"
	case 20866:
		return "koi8-r"
	case 65001:
		return "utf-8"
	}
	switch {
	case codepage == 874 || codepage >= 1250 && codepage <= 1258:
		return "windows-" + strconv.Itoa(int(codepage))
	case codepage > 28590 && codepage < 28606:
		return "iso-8859-" + strconv.Itoa(int(codepage-28590))
	}
	return ""
}

// Types of MAPI properties, MS-OXCDATA section 2.11.1.
const (
	kindObject  = 0x000D
	kindString8 = 0x001E
	kindUnicode = 0x001F
	kindBinary  = 0x0102
	kindMany    = 0x1000 // Bit of a property with several values.
)

// eachProperty calls f with each property of a list (MS-OXTNEF section 2.1.3.4) and its first value; false: it breaks off.
func eachProperty(b []byte, f func(id, kind uint16, value []byte)) bool {
	r := leReader{b: b}
	for range r.u32() {
		kind, id := r.u16(), r.u16()
		if id >= 0x8000 { // Named: GUID, then a number or a name.
			r.take(16)
			if r.u32() == 0 {
				r.take(4)
			} else {
				r.padded(r.u32())
			}
		}
		size, variable := uint32(4), false
		switch kind &^ kindMany {
		case 0x0005, 0x0006, 0x0007, 0x0014, 0x0040:
			size = 8
		case 0x0048:
			size = 16
		case kindObject, kindString8, kindUnicode, kindBinary:
			variable = true
		}
		values := uint32(1)
		if variable || kind&kindMany != 0 {
			values = r.u32()
		}
		var first []byte
		for i := uint32(0); i < values && !r.short; i++ {
			n := size
			if variable {
				n = r.u32()
			}
			if value := r.padded(n); i == 0 {
				first = value
			}
		}
		if r.short {
			return false
		}
		f(id, kind&^kindMany, first)
	}
	return true
}

// leReader takes little-endian numbers and stretches from bytes; short once they do not reach.
type leReader struct {
	b     []byte
	short bool
}

func (r *leReader) take(n uint32) []byte {
	if uint64(n) > uint64(len(r.b)) {
		r.b, r.short = nil, true
		return nil
	}
	taken := r.b[:n:n]
	r.b = r.b[n:]
	return taken
}

// padded takes n bytes and what fills them up to a multiple of four; at the very end that may be missing.
func (r *leReader) padded(n uint32) []byte {
	taken := r.take(n)
	r.take(min(-n&3, uint32(len(r.b))))
	return taken
}

func (r *leReader) u16() uint16 { return uint16(leNumber(r.take(2))) }
func (r *leReader) u32() uint32 { return uint32(leNumber(r.take(4))) }

// leNumber reads up to eight bytes, little-endian.
func leNumber(b []byte) (n uint64) {
	for i, c := range b[:min(len(b), 8)] {
		n |= uint64(c) << (8 * i)
	}
	return n
}

// filetime reads 100 ns since 1601; zero when it is no time in which mail is sent.
func filetime(b []byte) time.Time {
	const epoch = 11644473600 // Seconds from 1601 to 1970.
	t := time.Unix(int64(leNumber(b)/1e7)-epoch, 0).UTC()
	if t.Year() < 1970 || t.Year() > 2200 {
		return time.Time{}
	}
	return t
}
