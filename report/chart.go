package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"dankuwel/models"
	"dankuwel/templates"
)

// A chart is drawn twice as large as it is shown, on an opaque light ground with room around it, so that it holds in a dark mail and on a fine
// screen (LOOK.md).
const (
	chartWidth = 360 // as shown, px: on a telephone of 320 its letters are still 12 px high
	chartScale = 2
	chartEdge  = 14 * chartScale
	barHeight  = 16 * chartScale
	barGap     = 3 * chartScale
	groupGap   = 11 * chartScale
	textSize   = 15 * chartScale
	titleSize  = 16 * chartScale
)

var (
	chartGround = color.RGBA{0xff, 0xff, 0xff, 0xff}
	chartText   = color.RGBA{0x1f, 0x29, 0x33, 0xff}
	chartQuiet  = color.RGBA{0x52, 0x60, 0x6d, 0xff}
	chartNow    = color.RGBA{0x0b, 0x53, 0x94, 0xff}
	chartBefore = color.RGBA{0xa9, 0xb4, 0xc0, 0xff}
	chartDone   = color.RGBA{0x1f, 0x6f, 0x43, 0xff}
)

// bar is one bar with its label at its end.
type bar struct {
	n      int
	label  string
	colour color.Color
}

// group are the bars of one row of a chart.
type group struct {
	name string
	bars []bar
}

var chartFonts = sync.OnceValue(func() map[float64]*opentype.Font {
	all := map[float64]*opentype.Font{}
	for size, ttf := range map[float64][]byte{textSize: goregular.TTF, titleSize: gobold.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			panic("report: a font in the program cannot be read: " + err.Error())
		}
		all[size] = f
	}
	return all
})

func chartFace(size float64) (font.Face, error) {
	return opentype.NewFace(chartFonts()[size], &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
}

// drawChart draws horizontal bars below a title.
func drawChart(title string, groups []group) ([]byte, error) {
	text, err := chartFace(textSize)
	if err != nil {
		return nil, err
	}
	bold, err := chartFace(titleSize)
	if err != nil {
		return nil, err
	}
	const width = chartWidth * chartScale
	lines := folded(bold, clean(title), width-2*chartEdge)
	names, labels, most := 0, 0, 1
	high := chartEdge + len(lines)*titleSize*13/10 + groupGap
	for i := range groups {
		g := &groups[i]
		g.name = shortened(text, oneLine(g.name), width/3)
		names = max(names, font.MeasureString(text, g.name).Ceil())
		for _, b := range g.bars {
			labels, most = max(labels, font.MeasureString(text, b.label).Ceil()), max(most, b.n)
		}
		high += len(g.bars)*(barHeight+barGap) + groupGap
	}
	high += chartEdge - groupGap
	img := image.NewPaletted(image.Rect(0, 0, width, high), shades())
	draw.Draw(img, img.Bounds(), image.NewUniform(chartGround), image.Point{}, draw.Src)
	put := func(face font.Face, c color.Color, x, y int, s string) {
		d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
		d.DrawString(s)
	}
	y := chartEdge
	for _, line := range lines {
		put(bold, chartText, chartEdge, y+titleSize, line)
		y += titleSize * 13 / 10
	}
	y += groupGap
	left := chartEdge + names + 8*chartScale
	room := width - chartEdge - labels - 6*chartScale - left
	for _, g := range groups {
		middle := y + (len(g.bars)*(barHeight+barGap)-barGap)/2
		put(text, chartText, chartEdge, middle+textSize*35/100, g.name)
		for _, b := range g.bars {
			long := room * b.n / most
			if b.n > 0 {
				long = max(long, chartScale)
			}
			draw.Draw(img, image.Rect(left, y, left+long, y+barHeight), image.NewUniform(b.colour), image.Point{}, draw.Src)
			ink := chartQuiet
			if b.colour == chartNow {
				ink = chartText
			}
			put(text, ink, left+long+6*chartScale, y+barHeight/2+textSize*35/100, b.label)
			y += barHeight + barGap
		}
		y += groupGap
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, img); err != nil {
		return nil, fmt.Errorf("draw a chart: %w", err)
	}
	return out.Bytes(), nil
}

// shades are the colours of a chart and what lies between each and the ground, for the edges of letters.
func shades() color.Palette {
	list := color.Palette{chartGround}
	for _, c := range []color.RGBA{chartText, chartQuiet, chartNow, chartBefore, chartDone} {
		for i := 1; i <= 16; i++ {
			mix := func(a, b uint8) uint8 { return uint8((int(a)*i + int(b)*(16-i)) / 16) }
			list = append(list, color.RGBA{mix(c.R, 0xff), mix(c.G, 0xff), mix(c.B, 0xff), 0xff})
		}
	}
	return list
}

// folded breaks a title into lines that fit.
func folded(face font.Face, s string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(s) {
		longer := word
		if line != "" {
			longer = line + " " + word
		}
		if line != "" && font.MeasureString(face, longer).Ceil() > width {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	return append(lines, line)
}

// shortened cuts a name that is too long.
func shortened(face font.Face, s string, width int) string {
	letters := []rune(s)
	for font.MeasureString(face, string(letters)).Ceil() > width && len(letters) > 1 {
		letters = append(letters[:len(letters)-2], '…')
	}
	return string(letters)
}

// Flow is what came and what was answered in one of the periods that lead to another.
type Flow struct {
	Period
	Received, Answered int
}

// The periods that a chart shows.
const (
	weeksShown  = 8
	monthsShown = 12
)

// FlowTo counts what came and what was answered in the weeks or months up to a period, itself the last.
func FlowTo(tx *models.Tx, p Period, zone *time.Location) ([]Flow, error) {
	n := monthsShown
	if p.Week > 0 {
		n = weeksShown
	}
	list := make([]Flow, n)
	for i := n - 1; i >= 0; i, p = i-1, p.Before() {
		list[i].Period = p
	}
	for i := range list {
		var err error
		if list[i].Received, list[i].Answered, err = tx.Flow(list[i].span(zone)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// flowChart shows what came in and what was answered, period by period.
func (w words) flowChart(flow []Flow, source func(string) string) (*templates.Chart, *Picture, error) {
	var groups []group
	received, answered := 0, 0
	for _, f := range flow {
		received, answered = received+f.Received, answered+f.Answered
		name := w.say("week", f.Week)
		if f.Week == 0 {
			name = w.set.MonthName(w.lang, f.First.Time(time.UTC))
		}
		groups = append(groups, group{name, []bar{{f.Received, w.say("bar_received", f.Received), chartNow}, {f.Answered, w.say("bar_answered", f.Answered), chartDone}}})
	}
	if received+answered == 0 {
		return nil, nil, nil
	}
	key := "chart_ahead_" + w.unit()
	if received > answered {
		key = "chart_behind_" + w.unit()
	}
	return chartOf("flow", w.say(key, len(flow), received, answered), groups, source)
}

// maxBars departments are drawn; the table below has them all.
const maxBars = 8

// departmentChart shows what came in by department, beside a year earlier.
func (w words) departmentChart(source func(string) string) (*templates.Chart, *Picture, error) {
	var groups []group
	for _, name := range w.departments() {
		now, before := w.In(name, Received), w.LastYear.In(name, Received)
		if now+before > 0 && len(groups) < maxBars {
			groups = append(groups, group{w.department(name), []bar{{now, w.say("bar_now", now), chartNow}, {before, w.say("bar_last_year", before), chartBefore}}})
		}
	}
	if len(groups) == 0 {
		return nil, nil, nil
	}
	first := groups[0]
	title := w.say("chart_most", first.name, first.bars[0].n, strconv.Itoa(first.bars[1].n))
	if len(groups) > 1 && groups[1].bars[0].n == first.bars[0].n {
		title = w.say("chart_even", first.bars[0].n)
	}
	return chartOf("departments", title, groups, source)
}

func chartOf(name, title string, groups []group, source func(string) string) (*templates.Chart, *Picture, error) {
	data, err := drawChart(title, groups)
	if err != nil {
		return nil, nil, err
	}
	return &templates.Chart{Source: source(name), Title: title, Width: chartWidth}, &Picture{name, data}, nil
}
