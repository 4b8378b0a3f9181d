package procedure

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"

	"dankuwel/mailout"
	"dankuwel/models"
	"dankuwel/templates"
)

// complaintFiles are the attachments of what the complainant wrote.
func (x *deed) complaintFiles() (list []models.Attachment, err error) {
	messages, err := x.tx.Messages(x.c.ID)
	for _, m := range messages {
		if m.Direction == "in" {
			list = append(list, m.Attachments...)
		}
	}
	return list, err
}

// offerFiles names in a receipt what lies with a shielded complaint: its handler gets of it what the coordinator names.
func (x *deed) offerFiles() error {
	list, err := x.complaintFiles()
	if err != nil || len(list) == 0 {
		return err
	}
	var names []string
	for _, a := range list {
		names = append(names, a.Name)
	}
	x.refuse("handler_files", strings.Join(names, ", "))
	return nil
}

// handlerFiles puts the attachments that a line "Bijlagen:" names into the version for the handler of a shielded complaint: pictures without
// metadata, under a name of ours. Whatever else may tell who made it is only named; the receipt says why it did not go.
func (x *deed) handlerFiles(l *letter) error {
	list, err := x.complaintFiles()
	if err != nil {
		return err
	}
	word, total := strings.ReplaceAll(x.Texts.Label(x.languageOf(l.staff), "attachment"), " ", "-"), int64(0)
	for _, name := range fileNames(map[string]string{"attachments": x.value("attachments")}) {
		if !slices.ContainsFunc(list, func(a models.Attachment) bool { return strings.EqualFold(a.Name, name) }) {
			x.refuse("no_file_of_complaint", name)
		}
		for i, a := range list {
			if !strings.EqualFold(a.Name, name) {
				continue
			}
			shown := templates.Attachment{Name: fmt.Sprintf("%s-%d", word, i+1), Size: a.Size}
			picture, ending, err := x.bare(a)
			switch {
			case err != nil:
				return err
			case picture == nil:
				shown.Left = templates.LeftTelling
				x.refuse("file_tells", a.Name)
			case total+int64(len(picture)) > attachmentLimit:
				shown.Left = templates.LeftTooBig
				x.refuse("file_too_big", a.Name)
			default:
				total += int64(len(picture))
				shown.Name, shown.Size = shown.Name+"."+ending, int64(len(picture))
				l.files = append(l.files, mailout.File{Name: shown.Name, Type: "image/" + ending, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(picture)), nil }})
				x.done("encloses", a.Name)
			}
			l.data.Attachments = append(l.data.Attachments, shown)
		}
	}
	return nil
}

// maxPixels bounds the memory of one picture.
const maxPixels = 50_000_000

// bare is a picture made anew of its pixels, so that nothing is left of when, where and by whom it was taken; nil when the attachment is no
// picture that we can make.
func (x *deed) bare(a models.Attachment) (picture []byte, ending string, err error) {
	if a.Size > attachmentLimit {
		return nil, "", nil
	}
	r, err := x.tx.OpenBlob(a.SHA256)
	if err != nil {
		return nil, "", err
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, "", err
	}
	picture, ending, err = withoutMetadata(raw)
	if err != nil {
		x.Log.Info("an attachment does not go to the handler", "complaint", x.c.Number, "position", a.Position, "why", err)
		return nil, "", nil
	}
	return picture, ending, nil
}

var errNoPicture = errors.New("no picture that can be made anew")

// withoutMetadata makes a JPEG or PNG anew of its pixels.
func withoutMetadata(raw []byte) (made []byte, ending string, err error) {
	size, ending, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, "", err
	}
	if ending != "jpeg" && ending != "png" || size.Width*size.Height > maxPixels {
		return nil, "", errNoPicture
	}
	pixels, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	if ending == "png" {
		err = png.Encode(&b, pixels)
	} else {
		err = jpeg.Encode(&b, turned(pixels, orientation(raw)), &jpeg.Options{Quality: 90})
	}
	return b.Bytes(), ending, err
}
