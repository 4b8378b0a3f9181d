package procedure

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// orientation is how a JPEG is to be turned to be seen upright: tag 0x0112 of the first directory in its APP1 segment (Exif 2.3, section
// 4.6.4); 1, as it is, when it does not say.
func orientation(jpeg []byte) int {
	for at := 2; at+4 <= len(jpeg) && jpeg[at] == 0xFF && jpeg[at+1] != 0xDA; {
		end := at + 2 + int(binary.BigEndian.Uint16(jpeg[at+2:]))
		if end > len(jpeg) {
			return 1
		}
		if tiff, ok := bytes.CutPrefix(jpeg[at+4:end], []byte("Exif\x00\x00")); ok && jpeg[at+1] == 0xE1 {
			return orientationIn(tiff)
		}
		at = end
	}
	return 1
}

func orientationIn(tiff []byte) int {
	if len(tiff) < 10 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	for n := order.Uint16(tiff[at:]); n > 0 && at+14 <= int64(len(tiff)); n, at = n-1, at+12 {
		if order.Uint16(tiff[at+2:]) != 0x0112 {
			continue
		}
		if v := int(order.Uint16(tiff[at+10:])); v >= 1 && v <= 8 {
			return v
		}
	}
	return 1
}

// turnedImage shows an image as its orientation says.
type turnedImage struct {
	image.Image
	how int
}

func turned(m image.Image, how int) image.Image {
	if how == 1 {
		return m
	}
	return turnedImage{m, how}
}

func (t turnedImage) Bounds() image.Rectangle {
	w, h := t.Image.Bounds().Dx(), t.Image.Bounds().Dy()
	if t.how >= 5 {
		w, h = h, w
	}
	return image.Rect(0, 0, w, h)
}

// At: orientations 2 to 4 mirror or turn over, 5 to 8 exchange rows and columns, too.
func (t turnedImage) At(x, y int) color.Color {
	b := t.Image.Bounds()
	if t.how >= 5 {
		x, y = y, x
	}
	if t.how == 2 || t.how == 3 || t.how == 7 || t.how == 8 {
		x = b.Dx() - 1 - x
	}
	if t.how == 3 || t.how == 4 || t.how == 6 || t.how == 7 {
		y = b.Dy() - 1 - y
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}
