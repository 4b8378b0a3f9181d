package procedure

import (
	"bytes"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"
)

// corner is where the one dark quarter of a picture lies.
func corner(m image.Image) string {
	b := m.Bounds()
	for _, c := range []struct {
		name string
		x, y int
	}{{"top left", 4, 4}, {"top right", b.Dx() - 5, 4}, {"bottom left", 4, b.Dy() - 5}, {"bottom right", b.Dx() - 5, b.Dy() - 5}} {
		if r, _, _, _ := m.At(c.x, c.y).RGBA(); r < 0x4000 {
			return c.name
		}
	}
	return "none"
}

// exif is an APP1 segment with an orientation and the name of who made the picture.
func exif(how byte, little bool) []byte {
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x02\x01\x3b\x00\x02\x00\x00\x00\x0f\x00\x00\x00\x26\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00Lieve Janssens\x00")
	tiff[31] = how
	if little {
		tiff = []byte("II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00Lieve Janssens\x00")
		tiff[18] = how
	}
	body := append([]byte("Exif\x00\x00"), tiff...)
	return append([]byte{0xFF, 0xE1, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

func TestPicturesWithoutMetadata(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 48, 32))
	for y := range 32 {
		for x := range 48 {
			picture.Set(x, y, color.White)
			if x < 24 && y < 16 {
				picture.Set(x, y, color.Black)
			}
		}
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, picture, nil); err != nil {
		t.Fatal(err)
	}
	// The standard's table of what is seen where: of a picture whose first pixel is at the top left once turned back.
	for how, want := range map[byte]string{0: "top left", 1: "top left", 2: "top right", 3: "bottom right", 4: "bottom left", 5: "top left", 6: "top right", 7: "bottom right", 8: "bottom left", 9: "top left"} {
		for _, little := range []bool{false, true} {
			raw := append(append(append([]byte{}, plain.Bytes()[:2]...), exif(how, little)...), plain.Bytes()[2:]...)
			made, ending, err := withoutMetadata(raw)
			if err != nil || ending != "jpeg" {
				t.Fatalf("orientation %d: %q %v", how, ending, err)
			}
			if bytes.Contains(made, []byte("Lieve")) || bytes.Contains(made, []byte("Exif")) || !bytes.Contains(raw, []byte("Lieve")) {
				t.Errorf("orientation %d: metadata", how)
			}
			m, err := jpeg.Decode(bytes.NewReader(made))
			if err != nil {
				t.Fatal(err)
			}
			if got := corner(m); got != want || (m.Bounds().Dx() < m.Bounds().Dy()) != (how >= 5 && how <= 8) {
				t.Errorf("orientation %d: %s in %v, want %s", how, got, m.Bounds(), want)
			}
		}
	}
	var portable bytes.Buffer
	if err := png.Encode(&portable, picture); err != nil {
		t.Fatal(err)
	}
	chunk := []byte("tEXtAuthor\x00Lieve") // PNG specification, section 11.3.4.3, behind IHDR
	sum := crc32.ChecksumIEEE(chunk)
	chunk = append(append([]byte{0, 0, 0, byte(len(chunk) - 4)}, chunk...), byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
	made, ending, err := withoutMetadata(slices.Insert(slices.Clone(portable.Bytes()), 33, chunk...))
	if err != nil || ending != "png" || bytes.Contains(made, []byte("Lieve")) {
		t.Errorf("PNG: %q %v %q", ending, err, made)
	}
	for name, raw := range map[string][]byte{"nothing": nil, "text": []byte("Lieve"), "cut off": portable.Bytes()[:60], "a picture of a picture": bytes.Replace(portable.Bytes(), []byte("\x00\x00\x00\x30\x00\x00\x00\x20"), []byte("\x00\x01\x00\x00\x00\x01\x00\x00"), 1)} {
		if made, _, err := withoutMetadata(raw); err == nil {
			t.Errorf("%s: made %d bytes", name, len(made))
		}
	}
}
