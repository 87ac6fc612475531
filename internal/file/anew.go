package file

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// open lets one picture be open at a time in this process: the room it takes is
// then bounded whatever is sent.
var open = make(chan struct{}, 1)

// written lets one of anything else be written over at a time, so that no picture
// waits for it.
var written = make(chan struct{}, 1)

// quality is that of a JPEG made anew: what could be read can still be read.
const quality = 88

// Anew is a file without what a camera or a program wrote beside it. Of a picture the
// pixels are encoded again, turned the right way up, and nothing else of it follows:
// no EXIF, no place, no colour profile, no comment, no thumbnail, nothing that lay
// behind it. Of anything else it is what one hears or reads (bare). What Look has not
// let through is refused.
func Anew(ctx context.Context, b []byte) ([]byte, error) {
	kind, err := Look(b)
	if err != nil {
		return nil, err
	}
	room := open
	if !kind.Picture() {
		room = written
	}
	select {
	case room <- struct{}{}:
		defer func() { <-room }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !kind.Picture() {
		out, err := bare(ctx, kind, b)
		if err != nil {
			return nil, err
		}
		if again, err := Look(out); err != nil || again != kind {
			return nil, Broken
		}
		return out, nil
	}
	var out bytes.Buffer
	if kind == PNG {
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			return nil, Broken
		}
		err = png.Encode(&out, img)
		return small(out.Bytes(), err)
	}
	f, err := readJPEG(b)
	if err != nil {
		return nil, err
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, Broken
	}
	if img, err = upright(img, f.orientation); err != nil {
		return nil, err
	}
	err = jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
	return small(out.Bytes(), err)
}

// small refuses a picture that grew past what is kept of one.
func small(b []byte, err error) ([]byte, error) {
	switch {
	case err != nil:
		return nil, Broken
	case len(b) > 2*Max:
		return nil, TooMany
	}
	return b, nil
}

// upright turns a picture as EXIF's orientation says. The usual ones are turned
// plane by plane, in the room they have.
func upright(img image.Image, o int) (image.Image, error) {
	if o <= 1 {
		return img, nil
	}
	switch m := img.(type) {
	case *image.Gray:
		d := image.NewGray(turned(m.Rect, o))
		turn(d.Pix, d.Stride, m.Pix, m.Stride, m.Rect.Dx(), m.Rect.Dy(), o)
		return d, nil
	case *image.YCbCr:
		ratio, ok := m.SubsampleRatio, true
		if o >= 5 {
			ratio, ok = lying[m.SubsampleRatio]
		}
		if ok {
			return turnYCbCr(m, ratio, o), nil
		}
	}
	if err := fits(img.Bounds().Dx(), img.Bounds().Dy(), 8, 1); err != nil {
		return nil, err
	}
	m := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(m, m.Rect, img, img.Bounds().Min, draw.Src)
	d := image.NewRGBA(turned(m.Rect, o))
	w, h := m.Rect.Dx(), m.Rect.Dy()
	for y := range h {
		for x := range w {
			dx, dy := turnedTo(x, y, w, h, o)
			copy(d.Pix[dy*d.Stride+4*dx:][:4], m.Pix[y*m.Stride+4*x:][:4])
		}
	}
	return d, nil
}

// lying is how the colours are sampled once the picture lies on its side.
var lying = map[image.YCbCrSubsampleRatio]image.YCbCrSubsampleRatio{
	image.YCbCrSubsampleRatio444: image.YCbCrSubsampleRatio444,
	image.YCbCrSubsampleRatio420: image.YCbCrSubsampleRatio420,
	image.YCbCrSubsampleRatio422: image.YCbCrSubsampleRatio440,
	image.YCbCrSubsampleRatio440: image.YCbCrSubsampleRatio422,
}

func turnYCbCr(m *image.YCbCr, ratio image.YCbCrSubsampleRatio, o int) image.Image {
	d := image.NewYCbCr(turned(m.Rect, o), ratio)
	turn(d.Y, d.YStride, m.Y, m.YStride, m.Rect.Dx(), m.Rect.Dy(), o)
	cw, ch := m.Rect.Dx(), m.Rect.Dy()
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio420:
		cw, ch = (cw+1)/2, (ch+1)/2
	case image.YCbCrSubsampleRatio422:
		cw = (cw + 1) / 2
	case image.YCbCrSubsampleRatio440:
		ch = (ch + 1) / 2
	case image.YCbCrSubsampleRatio411:
		cw = (cw + 3) / 4
	case image.YCbCrSubsampleRatio410:
		cw, ch = (cw+3)/4, (ch+1)/2
	}
	turn(d.Cb, d.CStride, m.Cb, m.CStride, cw, ch, o)
	turn(d.Cr, d.CStride, m.Cr, m.CStride, cw, ch, o)
	return d
}

func turned(r image.Rectangle, o int) image.Rectangle {
	if o >= 5 {
		return image.Rect(0, 0, r.Dy(), r.Dx())
	}
	return image.Rect(0, 0, r.Dx(), r.Dy())
}

func turn(dst []byte, dstride int, src []byte, sstride, w, h, o int) {
	for y := range h {
		row := src[y*sstride : y*sstride+w]
		for x, v := range row {
			dx, dy := turnedTo(x, y, w, h, o)
			dst[dy*dstride+dx] = v
		}
	}
}

// turnedTo is where a pixel of a picture of w times h goes.
func turnedTo(x, y, w, h, o int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}
